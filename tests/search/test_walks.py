"""What a search looks rows up by: never more than has to be there."""

import papers
import pytest

from registry.search.asking import asked
from registry.search.asking.asked import Wanted
from registry.search.asking.walks import keys

NECESSARY = {
    "'fresco':AB": [["fresco"]],
    "'a' & 'b'": [["a"], ["b"]],
    "'a':A | 'b':A": [["a", "b"]],
    "'a' & 'b' | 'c'": [["a", "c"]],
    "'a' & !'b'": [["a"]],
    "!'a'": [],
    "'a' | !'b'": [],
    "'a' <-> 'b' & 'c'": [["a"], ["b"], ["c"]],
    "'a' <2> 'b'": [["a"], ["b"]],
    "!( 'a' <-> 'b' ) & 'c'": [["c"]],
    "( 'a' | 'b' ) & 'c'": [["a", "b"], ["c"]],
    "'it''s':ABCD": [["it's"]],
    "'a\\\\b' & '&'": [["a\\b"], ["&"]],
    "": [],
}


@pytest.mark.parametrize("query", NECESSARY)
def test_only_words_that_have_to_be_there_lead_to_a_row(query):
    """Of what may be absent, or instead of which another word will do alone, no key is made."""
    assert keys.necessary(query) == NECESSARY[query]


def groups(who, words=None, **wanted):
    return keys.groups([*asked.parameters(Wanted(**wanted), who, 9, words), None])


def test_nothing_leads_where_nothing_has_to_be_there():
    """A search for everything, for days or for all of one office is no lookup."""
    assert groups(papers.AUDITOR) == []
    assert groups(papers.AUDITOR, "!'a'") == []
    assert groups(papers.OFFICE) == []


def test_each_kind_that_is_asked_for_leads():
    """Values of one kind stand in one group, each behind the place of its stretch; an office's own come first."""
    begin, between = keys.BEGIN, keys.BETWEEN
    found = groups(papers.OFFICE, "'fresco':ABCD", state=["filed", "amended"])

    assert found[0] == f"{begin}e:northlight-pictures"
    assert found[1] == f"{begin}fresco"
    assert found[2] == f"{begin}s:filed{between}{begin}s:amended"
    assert found[3:] == [None] * 3


def test_no_more_is_looked_up_together_than_the_statement_takes():
    """Of many words some lead, and the rows are held against all of them."""
    assert len(groups(papers.AUDITOR, " & ".join(f"'w{n}'" for n in range(30)))) == keys.MOST_GROUPS
