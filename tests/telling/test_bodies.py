import datetime as dt
import json
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from letters import EVENT, NOW, REQUEST, event

from registry.notify.webhook import body, chat

BASE = "https://registry.example"
NASTY = "<!channel> & </b> *bold* [x](javascript:y) @here {{DATE(1)}} \u202e \0 | <https://evil|x>"
events = st.builds(
    event,
    title=st.text(max_size=300),
    locals=st.lists(st.text(max_size=80), max_size=300),
    unions=st.lists(st.text(max_size=80), max_size=60),
    clause=st.none() | st.text(max_size=3000),
    says=st.none() | st.text(max_size=3000),
    to=st.lists(st.text(max_size=80), max_size=60),
)


def standard(*told, now=NOW):
    return body.standard(body.message(told, BASE, now))


def test_a_standard_body_is_thin():
    """Type, instant and data: ids, days and where to read; no duty's text, no author, no empty member."""
    assert json.loads(standard(EVENT)) == {
        "type": "alert.opened",
        "timestamp": "2026-03-02T18:29:58.123456Z",
        "data": {
            "url": "https://registry.example/v1/alerts/01900000-0000-7000-8000-000000000001",
            "alert_id": "01900000-0000-7000-8000-000000000001",
            "position": 7,
            "revision": 1,
            "employer_id": "northlight-pictures",
            "production_id": "harbor-lights-s1",
            "locals": ["IATSE:700", "IATSE:800"],
            "unions": ["DGA", "IATSE"],
            "kind": "violation",
            "severity": "critical",
            "rule": "iatse-ba-2024/prompt-displacement",
            "state": "open",
            "clause": "BA Art. XX(a)",
            "due_on": "2026-03-09",
            "clock": "grievance",
            "clock_on": "2026-05-02",
        },
    }


def test_a_request_has_its_own_id():
    """What it is about is named for what it is."""
    data = json.loads(standard(REQUEST))["data"]

    assert data["request_id"] == str(REQUEST.about)
    assert data["url"].endswith(f"/v1/requests/{REQUEST.about}")
    assert data["asks"] == "meeting"
    assert "alert_id" not in data


def test_a_repeat_has_the_same_bytes():
    """The instant of an attempt is nowhere in the body."""
    later = NOW + dt.timedelta(days=2)

    assert standard(EVENT) == standard(EVENT, now=later)
    assert standard(EVENT, REQUEST) == standard(EVENT, REQUEST, now=later)


def test_a_cloudevent_has_what_its_specification_asks():
    """Every required attribute, and the same data as the standard body."""
    told = body.message([EVENT], BASE, NOW)
    made = json.loads(body.cloudevent(told, "msg_1", BASE))

    assert {name: made[name] for name in ("specversion", "id", "source", "type", "subject", "time")} == {
        "specversion": "1.0",
        "id": "msg_1",
        "source": BASE,
        "type": "alert.opened",
        "subject": "alerts/01900000-0000-7000-8000-000000000001",
        "time": "2026-03-02T18:29:58.123456Z",
    }
    assert made["datacontenttype"] == "application/json"
    assert made["data"] == json.loads(standard(EVENT))["data"]
    assert all(name.isalnum() and name.islower() for name in made)


def test_a_digest_holds_events_oldest_first():
    """Each with its own type and instant; the digest's instant is the newest."""
    late = event(at=EVENT.at + dt.timedelta(hours=1), type="alert.answered")
    made = json.loads(standard(EVENT, late))

    assert (made["type"], made["timestamp"]) == ("digest", "2026-03-02T19:29:58.123456Z")
    assert [one["type"] for one in made["data"]["events"]] == ["alert.opened", "alert.answered"]
    assert made["data"]["left_out"] == 0


def test_a_trial_says_that_it_is_one():
    """No event is made up for it."""
    assert json.loads(standard())["type"] == "trial"
    assert "trial" in json.loads(chat.slack(chat.card([], BASE)))["text"]


@given(st.lists(events, max_size=60))
def test_no_body_is_too_large(told):
    """Whatever people wrote and however many are concerned: below 20 kB, and what is left out is counted."""
    made = standard(*told)
    data = json.loads(made)["data"]

    assert len(made) < 20_000
    assert len(body.cloudevent(body.message(told, BASE, NOW), "msg_" + "x" * 60, BASE)) < 20_000
    if len(told) > 1:
        assert len(data["events"]) + data["left_out"] == len(told)


def test_wide_names_never_make_a_body_too_large():
    """What is too wide for one message is left to be read, and said to be; what happened is told."""
    wide = ["\U0001f600" * 300] * 40
    data = json.loads(standard(event(locals=wide, unions=wide, to=wide, clause=wide[0])))["data"]

    assert data["more"] is True
    assert data["rule"] == EVENT.rule
    assert "locals" not in data


def test_many_locals_are_cut_and_said_to_be():
    """Forty are named; `more` tells that there are others."""
    data = json.loads(standard(event(locals=[f"IATSE:{number}" for number in range(41)])))["data"]

    assert len(data["locals"]) == body.MOST
    assert data["more"] is True


def test_twenty_five_ordinary_events_fit_in_a_digest():
    """What is put into one message is told in it."""
    told = [event(position=number, about=UUID(int=number)) for number in range(25)]

    assert json.loads(standard(*told))["data"]["left_out"] == 0


def test_nothing_acts_in_slack():
    """Commands, links, mentions and markup of a text arrive as letters."""
    made = json.loads(chat.slack(chat.card([event(title=NASTY, says=NASTY, clause=NASTY)], BASE)))

    assert made["text"].count("<") == made["text"].count(">") == 1
    assert f"<{BASE}/v1/alerts/{EVENT.about}|Read the alert>" in made["text"]
    assert "@here" not in json.dumps(made)
    assert [block["text"]["type"] for block in made["blocks"]].count("mrkdwn") == 1
    assert made["blocks"][-1]["text"]["text"] == f"<{BASE}/v1/alerts/{EVENT.about}|Read the alert>"


def test_nothing_acts_in_teams():
    """Texts are text runs, which know no markup; the only address is the registry's own."""
    made = json.loads(chat.teams(chat.card([event(title=NASTY, says=NASTY)], BASE)))
    card = made["attachments"][0]["content"]

    assert made["type"] == "message"
    assert made["attachments"][0]["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert {block["type"] for block in card["body"]} == {"RichTextBlock"}
    assert {run["type"] for block in card["body"] for run in block["inlines"]} == {"TextRun"}
    assert card["actions"] == [
        {"type": "Action.OpenUrl", "title": "Read the alert", "url": f"{BASE}/v1/alerts/{EVENT.about}"}
    ]
    assert "@here" not in json.dumps(made)


@pytest.mark.parametrize("many", [2, 20, 21, 60])
def test_a_digest_in_a_room_keeps_within_its_limits(many):
    """Twenty lines and a count: below Slack's fifty blocks and 3,000 letters, and Teams' 28 kB."""
    told = [event(title="x" * 300, rule="y" * 300, about=UUID(int=number)) for number in range(many)]
    shown = chat.card(told, BASE)
    made = json.loads(chat.slack(shown))

    assert len(made["blocks"]) <= 50
    assert all(len(block["text"]["text"]) <= 3000 for block in made["blocks"])
    assert len(made["blocks"][0]["text"]["text"]) <= 150
    assert len(chat.teams(shown)) < 28_000
    assert (f"and {many - 20} more" in made["text"]) == (many > 20)


@pytest.mark.parametrize("letters", ["日" * 500, "&" * 500, "@" * 500, "x" * 500])
@pytest.mark.parametrize("many", [1, 60])
def test_no_room_is_sent_more_than_it_takes(letters, many):
    """Long words in letters of three bytes are cut, never so many bytes that the room would refuse them for ever."""
    told = [event(title=letters, says=letters, clause=letters, locals=[letters], to=[letters])] * many
    shown = chat.card(told, BASE)

    for made in (chat.slack(shown), chat.teams(shown)):
        assert len(made) < 20_000
        assert f"{BASE}/v1/alerts".encode() in made
        assert (b"and 40 more" in made) == (many == 60)
