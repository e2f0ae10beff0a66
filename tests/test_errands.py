import pytest

from registry import errands
from registry.errors import Invalid


@pytest.mark.parametrize(
    ("body", "many"),
    [
        (b'{"a": 1}\n{"a": 2}\n', True),
        (b'{"a": 1}\n\n{"a": 2', True),
        (b'{"a": \n{"a": 2}', True),
        (b'{"a": 1}\r\n{"a": 2}', True),
        (b'{"a": 1}', False),
        (b'{\n"a": [\n{"b": 1},\n{"b": 2}\n]\n}\n', False),
        (b'{"a": [\n{"b": 1}]}', False),
        (b'{"a": ', False),
        (b"\n", False),
    ],
)
def test_lines_are_documents_when_one_at_an_end_is_whole(body, many):
    """A torn line spoils itself, not the others, and a document of many lines stays one."""
    assert errands.is_ndjson(body.splitlines()) is many


async def test_nothing_to_file_is_said():
    """An empty file is no success."""
    with pytest.raises(Invalid, match="nothing to file"):
        await errands.file("http://127.0.0.1:9", "", [], "", as_json=False)
