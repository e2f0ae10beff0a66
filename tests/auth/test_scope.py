"""Scopes: what each role may see."""

import pytest

from registry.auth.scope import Principal, Scope, permit, scope_of, within
from registry.errors import Forbidden


def who(role, **said):
    return Principal(subject="s", role=role, **said)


@pytest.mark.parametrize(
    ("principal", "scope"),
    [
        (who("employer", employer_id="a"), Scope(employers=["a"])),
        (who("employer"), Scope(employers=[])),
        (who("auditor"), Scope()),
        (who("auditor", employers=["a"]), Scope(employers=["a"])),
        (who("auditor", employers=[]), Scope(employers=[])),
        (who("administrator"), Scope()),
        (who("representative", unions=["IATSE"]), Scope(locals=[], unions=["IATSE"])),
        (who("representative", locals=["IATSE:700"]), Scope(locals=["IATSE:700"], unions=[])),
        (
            who("representative", unions=["IATSE", "DGA"], locals=["IATSE:700"]),
            Scope(locals=["IATSE:700"], unions=["DGA"]),
        ),
    ],
)
def test_a_scope_follows_from_the_role(principal, scope):
    """Each role is limited by its own claim and no other."""
    assert scope_of(principal) == scope


@pytest.mark.parametrize(
    ("scope", "employer", "locals_", "seen"),
    [
        (Scope(), "a", [], True),
        (Scope(employers=["a"]), "a", [], True),
        (Scope(employers=["a"]), "b", ["IATSE:700"], False),
        (Scope(employers=[]), "a", [], False),
        (Scope(locals=["IATSE:700"], unions=[]), "a", ["IATSE:700", "IATSE:600"], True),
        (Scope(locals=["IATSE:700"], unions=[]), "a", ["IATSE:600"], False),
        (Scope(locals=[], unions=["IATSE"]), "a", ["IATSE:600"], True),
        (Scope(locals=[], unions=["DGA"]), "a", ["DGA"], True),
        (Scope(locals=[], unions=["IATSE"]), "a", [], False),
    ],
)
def test_within_is_what_the_sql_says(scope, employer, locals_, seen):
    """The pure twin of the stores' condition."""
    assert within(scope, employer, locals_) is seen


def test_a_role_that_is_not_named_is_refused():
    """Forbidden names the role and what is needed."""
    permit(who("auditor"), {"auditor", "employer"})
    with pytest.raises(Forbidden) as refusal:
        permit(who("auditor"), {"employer"})

    assert "auditor" in refusal.value.detail
    assert "employer" in refusal.value.detail
