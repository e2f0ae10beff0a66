"""Facts drawn for an obligation: every fact it reads, near the values at which its conditions turn."""

import datetime as dt
import re

from hypothesis import strategies as st

from registry.obligations.conditions import LITERAL
from registry.obligations.facts import ABOUT

FIRST = dt.date(2027, 12, 20)
"""After every text that is in force has begun."""
ZONE = dt.timezone(dt.timedelta(hours=-8))


def conditions(duty):
    """Every condition of *duty*."""
    asks = [condition for condition, _ in (*duty.when, *duty.undecided, *duty.review) if condition]
    return [*asks, *duty.breach, *duty.met, *duty.excused, *([duty.not_done] if duty.not_done else [])]


def names(duty):
    """Every fact that *duty* reads, those of its clock included."""
    due, written = duty.written.due, duty.written
    moments = [due.event, due.done] if due else []
    read = [name for condition in conditions(duty) for name in condition.names]
    return sorted({*moments, *read, *([written.occurred] if written.occurred else [])})


def value(duty, fact):
    """A value of *fact*, often one that a condition of *duty* names."""
    text = " ".join(condition.text for condition in conditions(duty))
    spoken = [literal[1:-1] for literal in LITERAL.findall(text)]
    numbers = [int(number) for number in re.findall(r"\b\d+\b", text)]
    near = sorted({number + step for number in [0, *numbers] for step in (-1, 0, 1)})
    kinds = {
        "bool": st.booleans(),
        "int": st.sampled_from(near) | st.integers(0, 400),
        "string": st.sampled_from([*spoken, "something else"]),
        "strings": st.lists(st.sampled_from([*spoken, "something else"]), max_size=3),
        "moment": moments(),
    }
    return kinds[fact.type]


def moments():
    """A day, or an instant of one, in a few weeks."""
    days = st.integers(0, 70).map(lambda number: FIRST + dt.timedelta(days=number))
    hours = st.integers(0, 47).map(lambda half: dt.time(half // 2, half % 2 * 30, tzinfo=ZONE))
    return days | st.builds(dt.datetime.combine, days, hours)


def facts(duty, *, whole=False):
    """Facts for *duty*, each of them known or, unless *whole*, perhaps not."""
    drawn = {name: value(duty, ABOUT[duty.written.about][name]) for name in names(duty)}
    return st.fixed_dictionaries(drawn) if whole else st.fixed_dictionaries({}, optional=drawn)
