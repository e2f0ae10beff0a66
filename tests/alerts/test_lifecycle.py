from pathlib import Path
from typing import NamedTuple, get_args

import msgspec
import pytest

from registry.alerts.alert import MoveName, Outcome, State
from registry.alerts.lifecycle import (
    CLOSED,
    KIND_IN_WORDS,
    MAKERS,
    OUTCOMES,
    REASONED,
    TABLE,
    after,
    by_hand,
)
from registry.alerts.request import BODIES
from registry.auth.scope import Role
from registry.errors import IllegalMove
from registry.obligations.finding import AlertKind

STATES = (None, *get_args(State))
MOVES = get_args(MoveName)
LETTERS = {"R": "registry", "U": "representative", "E": "employer"}


class Row(NamedTuple):
    """One line of the written table."""

    move: str
    makers: set
    cells: dict


def written():
    for line in (Path(__file__).parent / "moves.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            move, who, *cells = line.split()
            yield Row(move, {LETTERS[each] for each in who}, dict(zip(STATES, cells, strict=True)))


TABLE_WRITTEN = {row.move: row for row in written()}


def test_the_written_table_knows_every_move():
    """A move that nobody wrote down fails here, and so does a row whose move is gone."""
    assert set(TABLE_WRITTEN) == set(MOVES)


@pytest.mark.parametrize("state", STATES, ids=str)
@pytest.mark.parametrize("move", MOVES)
def test_every_state_takes_exactly_the_moves_of_the_table(state, move):
    """All states × all moves: the written ones go where it says, every other one is an IllegalMove."""
    to = TABLE_WRITTEN[move].cells[state]
    if to == "-":
        with pytest.raises(IllegalMove, match="cannot take the move"):
            after(state, move)
    else:
        assert after(state, move) == to


def test_the_table_holds_no_move_that_is_not_written():
    """The written table is the whole of it."""
    cells = {(state, row.move): to for row in TABLE_WRITTEN.values() for state, to in row.cells.items()}

    assert dict(TABLE) == {key: to for key, to in cells.items() if to != "-"}


@pytest.mark.parametrize("role", [*get_args(Role), "registry"])
@pytest.mark.parametrize("move", MOVES)
def test_every_move_is_made_by_exactly_those_the_table_names(move, role):
    """All moves × all roles; auditors and administrators make none."""
    assert (role in MAKERS[move]) == (role in TABLE_WRITTEN[move].makers)
    assert role not in MAKERS[move] or role not in ("auditor", "administrator")


@pytest.mark.parametrize("role", get_args(Role))
@pytest.mark.parametrize("state", get_args(State))
def test_what_a_role_may_do_from_a_state_is_the_tables_rows_of_it(state, role):
    """What is offered to a caller is what the table lets their role do, but for agreeing to an extension."""
    may = {row.move for row in TABLE_WRITTEN.values() if row.cells[state] != "-" and role in row.makers}

    assert set(by_hand(state, role)) == may - {"extend"}


def test_every_state_can_be_left_by_a_person():
    """No alert is stuck: whatever its state, a representative can move it on."""
    for state in get_args(State):
        assert any(after(state, move) != state for move in by_hand(state, "representative"))


def test_only_a_closed_alert_is_left_alone_by_time():
    """What is live can be reminded of and escalated; what is closed cannot."""
    for state in get_args(State):
        assert ((state, "remind") in TABLE) == (state not in CLOSED) == ((state, "escalate") in TABLE)


def test_every_move_by_hand_has_a_body_and_owes_its_reason_there():
    """Each door has a body; the moves that owe a reason cannot be asked for without one."""
    doors = {row.move for row in TABLE_WRITTEN.values() if row.makers & {"representative", "employer"}}
    assert set(BODIES) == doors - {"extend", "propose_waiver"}
    for move in REASONED - {"propose_waiver"}:
        required = {field.name for field in msgspec.structs.fields(BODIES[move]) if field.required}
        assert required & {"reason", "question"}


def test_a_refused_move_says_what_is_allowed():
    """Whoever moves a resolved alert is told that it can be reopened."""
    with pytest.raises(
        IllegalMove, match="resolved cannot take the move `acknowledge`; it can take `reopen`"
    ):
        after("resolved", "acknowledge")


def test_every_outcome_and_every_kind_has_its_words():
    """No code goes without an explanation."""
    assert set(OUTCOMES) == set(get_args(Outcome))
    assert set(KIND_IN_WORDS) == set(get_args(AlertKind))
