"""The door of bundles: the log and what may be read of its records, in one file that anybody can check."""

from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from litestar.response import Stream

from registry.auth.scope import Principal
from registry.bundles import act
from registry.bundles.act import Asked
from registry.db import Database
from registry.ledger.moment import Moment

READERS = {"employer", "representative", "auditor", "administrator"}
Key = r"^[a-z0-9][a-z0-9-]*$"
Employer = Annotated[
    str | None,
    QueryParameter(description="Only what is of the employer with this key.", max_length=63, pattern=Key),
]
Production = Annotated[
    str | None,
    QueryParameter(
        description="Only what is of the production with this key; its employer is named, too.",
        max_length=63,
        pattern=Key,
    ),
]


@get(
    "/v1/bundle",
    operation_id="getBundle",
    summary="The log and its records in one file that anybody can check",
    opt={"roles": READERS},
    media_type="application/zip",
    tags=["ledger"],
)
async def get_bundle(
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    moment: NamedDependency[Moment | None],
    employer_id: Employer = None,
    production_id: Production = None,
) -> Stream:
    """Every kind of record with the log that proves it: filings, findings, alerts, threads with their files.

    A zip with every entry of the log, its tiles and signed checkpoint, and what you may see of what they
    vouch for: an auditor within their mandate, an employer its own, a representative the productions of their
    locals and what concerns them. `verify.py` in it checks every byte with Python and `cryptography` alone.
    Sections that are kept from your role are left out, the others proved all the same; `bundle.json` names
    what else is withheld, and why: words that one side of a thread keeps to itself, exports of others, files
    of evidence beyond 1 GiB. Who reported an observation is in no bundle. It stands on a signed tree: with
    `as_of` or `tree_size`, on the newest by then. The same tree and rights give the same bytes, but for what
    witnesses and time stampers have said since, and redactions have taken.
    """
    made = await act.make(db, principal, Asked(employer_id, production_id), moment)
    return Stream(act.sent(made), headers=made.headers)


routes = [get_bundle]
