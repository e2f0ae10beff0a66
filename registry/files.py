"""Where the files that ship beside the code lie: schemas and migrations.

In a checkout they lie at the top level; a wheel carries them under `registry/shipped`.
"""

from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
SHIPPED: Final = HERE / "shipped"
ROOT: Final = SHIPPED if SHIPPED.is_dir() else HERE.parent
SCHEMAS: Final = ROOT / "schemas"
MIGRATIONS: Final = ROOT / "migrations"
PACKS: Final = HERE / "agreements" / "packs"
