"""Every fact of the catalogue is stated by some filing, and says where it is to be answered."""

import copy
import datetime as dt
import json

import pytest

from registry import files, house
from registry.obligations.assemble import assemble
from registry.obligations.facts import ABOUT
from registry.obligations.statement import Heard, Known, Production
from registry.obligations.subjects import BUILDERS

SCHEMAS = house.shipped().schemas
EXAMPLES = files.SCHEMAS / "disclosure" / "examples" / "2.0"
PARAMS = {
    "PATTERN_DAYS": 365,
    "PATTERN_PERCENT": 25,
    "as_of": dt.datetime(2027, 3, 1, tzinfo=dt.UTC),
}
TOLD_OTHERWISE = {
    "agreement.text": "the text of an agreement, that was not found",
    "program.launched": "the industry's programme",
    "synthetic.value_agreed": "people, in the end an arbitrator",
}
"""The facts no filing states, and who does."""


def read(name):
    return json.loads((EXAMPLES / f"{name}.json").read_bytes())


def filed(document, *, at="2026-07-01T12:00:00+00:00", kind="filing", name="a", number=1, **more):
    when = dt.datetime.fromisoformat(at)
    return Known(name, number, kind, document["filing"]["type"], when, document, **more)


def statement(*known, **more):
    production = Production(
        "northlight-pictures", "tide-line-s1", "Tide Line", "hb_svod", "America/New_York", ["US-IL"], [], []
    )
    return assemble(production, known, **more)


HEARD = [
    Heard(
        "q1",
        "request",
        dt.datetime(2026, 10, 1, tzinfo=dt.UTC),
        "representative",
        "IATSE",
        {"kind": "consultation", "local": "IATSE:700", "uses": ["u4"], "requested_on": "2026-10-01"},
    ),
    Heard(
        "q2",
        "answer",
        dt.datetime(2026, 10, 5, tzinfo=dt.UTC),
        "employer",
        "IATSE",
        {"request": "q1", "offered_on": ["2026-10-08"], "delay_cause": "union"},
    ),
    Heard(
        "q3",
        "observation",
        dt.datetime(2026, 10, 6, tzinfo=dt.UTC),
        "representative",
        "IATSE",
        {"observed_on": "2026-10-02", "category": "generative_music", "text": "A score made by a machine."},
    ),
]
"""What the registry was told beside filings."""


def rich():
    """What the examples say, and what they leave out: everything a filer can say at once."""
    document = read("likenesses-and-notices")
    first = document["uses"][0]
    first |= {
        "creative_elements": ["casting"],
        "output_reviewed_by_human": True,
        "required_by_employer": False,
        "rights_reduced": False,
        "skills_changed": True,
        "skills_training": {"offered": True},
        "performs_duty_of": "director",
        "duty_assigned_to_person": True,
        "director_consulted": True,
        "policies_provided": [{"on": "2026-09-01"}],
        "employer_consent": {"required": True, "on": "2026-09-02"},
        "kit_rental": {"requested_by_employer": False, "fee_in_deal": False},
    }
    first["prompts"] |= {"retained": False, "reuse": ["none"]}
    document["tools"][0]["historically_used"] = False
    document["consultations"] += [
        {
            "id": "c3",
            "type": "director_creative",
            "uses": ["u1"],
            "held_on": "2026-09-01",
            "mode": "meeting",
            "input_invited": True,
            "input_considered": True,
            "outcome": "agreed",
            "minutes_ref": "M 3",
            "offered_on": ["2026-08-31"],
            "alternative": {"tool": "By hand", "decision": "refused", "reason": "No time"},
        },
        {"id": "c4", "type": "synthetic_bargain", "uses": ["u1"], "held_on": "2026-09-02"},
        {"id": "c5", "type": "adjustment_plan_s54", "uses": ["u4"], "held_on": "2026-09-02"},
    ]
    document["consents"][0]["suspended_on"] = "2026-12-01"
    document["consents"][0]["guardian_consented"] = None
    row = document["workforce"][0]
    row["impact_bargaining"] = {"offered_on": "2026-09-04", "exception_claimed": False}
    row["new_classification"] = {"name": "Matching operator", "proposed_on": "2026-09-04"}
    row["events"][0] |= {
        "attribution": "substantially_due",
        "severance": {"paid_on": "2026-12-15", "amount_minor": 100, "currency": "USD"},
        "retraining": {"offered_on": "2026-12-01"},
        "preference": {"opening_on": "2027-01-04", "offered": True},
    }
    document["vendors"] = read("agreements-of-2026")["vendors"]
    document["vendors"][0]["engaged_on"] = "2026-06-01"
    document["claims"] = read("agreements-of-2026")["claims"]
    document["claims"][0]["use"] = "u1"
    return document


def everything(attribution="not_due"):
    """A rich history: filed, amended, reported for a quarter, withdrawn, with losses that add up."""
    first, last = rich(), rich()
    last["filing"] = {
        **first["filing"],
        "type": "quarterly_update",
        "period": {"from": "2026-10-01", "to": "2026-12-31"},
    }
    again = {**first["workforce"][0]["events"][0], "id": "e2", "on": "2026-12-20", "attribution": attribution}
    last["workforce"][0]["events"].append(again | {"attribution_reason": "Fewer shows."})
    amended = copy.deepcopy(first)
    amended["filing"]["amendment"] = {
        "reason": "fact_changed",
        "change_occurred_on": "2026-07-10",
        "explanation": "Found later.",
    }
    withdrawn = copy.deepcopy(first)
    return statement(
        filed(first),
        filed(amended, at="2026-07-20T12:00:00+00:00", kind="amendment", number=2),
        filed(last, at="2027-01-20T12:00:00+00:00", name="b"),
        filed(withdrawn, at="2026-07-21T12:00:00+00:00", name="c"),
        filed(
            withdrawn,
            at="2026-07-22T12:00:00+00:00",
            name="c",
            kind="withdrawal",
            number=2,
            reason="duplicate",
            explanation="Filed twice.",
        ),
        heard=HEARD,
    )


def subjects(said, about):
    return list(BUILDERS[about](said, PARAMS))


def one(said, about, name=None):
    """The one subject of a kind, or the one of that name."""
    found = [each for each in subjects(said, about) if name in (None, each.id)]
    assert len(found) == 1, [each.id for each in found]
    return found[0]


def test_the_rich_document_is_valid():
    """What is filed here could be filed."""
    SCHEMAS.check(rich())


@pytest.mark.parametrize("about", ABOUT)
def test_every_fact_is_stated_by_some_filing(about):
    """A condition on a fact that no filing can state would never be decided."""
    said = (everything(), everything("substantially_due"))
    found = {name for each in said for subject in subjects(each, about) for name in subject.facts}

    assert set(ABOUT[about]) - found == set(ABOUT[about]) & set(TOLD_OTHERWISE)
    assert found <= set(ABOUT[about])


@pytest.mark.parametrize("about", ABOUT)
def test_a_fact_has_the_type_the_catalogue_says(about):
    """Conditions are compiled against it."""
    types = {"bool": bool, "int": int, "string": str, "strings": list, "moment": dt.date}
    for subject in subjects(everything(), about):
        for name, value in subject.facts.items():
            assert isinstance(value, types[ABOUT[about][name].type]), name
            assert not (isinstance(value, bool) and ABOUT[about][name].type == "int"), name


@pytest.mark.parametrize("about", ABOUT)
def test_nothing_filed_is_nothing_known(about):
    """Of what nobody filed there is no subject; of a bare record, hardly a fact."""
    bare = {**read("nil-return"), "filing": {"type": "initial"}}
    assert [s.kind for s in subjects(statement(filed(bare)), about)] in ([], [about])


def test_subjects_of_one_kind_have_names_of_their_own():
    """Findings and alerts are told apart by them."""
    said = everything()
    for about in ABOUT:
        names = [subject.id for subject in subjects(said, about)]
        assert len(names) == len(set(names)), about
        for subject in subjects(said, about):
            told = " ".join(subject.notes)
            assert told.endswith("."), about
            assert "None" not in told, about


def test_places_are_those_of_the_register_and_of_the_filings():
    """A state counts as itself and as its country."""
    [tool, *_] = subjects(everything(), "tool")
    assert tool.facts["production.locations"] == ["US-IL", "US", "US-NY", "CA-BC", "CA"]
    assert tool.facts["production.territories"] == ["US", "CA", "FR"]
    assert tool.facts["production.filming_on"] == dt.date(2026, 9, 14)


def changed(**lists):
    """The rich document with some lists replaced."""
    return statement(filed({**rich(), **lists}))


NOTICE = {"id": "n1", "what": "A synthetic performer", "uses": ["u2"]}


@pytest.mark.parametrize(
    ("record", "notices", "on", "notified"),
    [
        ({"notified_on": "2026-09-09"}, [], dt.date(2026, 9, 9), True),
        (
            {},
            [{**NOTICE, "to": "the union", "union": "SAG-AFTRA", "sent_at": "2026-09-08"}],
            dt.date(2026, 9, 8),
            True,
        ),
        (
            {},
            [{**NOTICE, "to": "Sag-Aftra, Los Angeles", "sent_at": "2026-09-08"}],
            dt.date(2026, 9, 8),
            True,
        ),
        ({}, [{**NOTICE, "to": "ACTRA", "sent_at": "2026-09-08"}], None, None),
        ({}, [{**NOTICE, "to": "SAG-AFTRA", "uses": ["u1"], "sent_at": "2026-09-08"}], None, None),
        ({"notified": False}, [], None, False),
        ({}, [], None, None),
    ],
)
def test_a_synthetic_performer_is_notified_by_its_record_or_by_a_notice(record, notices, on, notified):
    """The notice names the use and goes to the union; silence is silence."""
    said = changed(synthetics=[{"id": "s", "use": "u2", **record}], notices=notices, consultations=[])
    facts = one(said, "synthetic").facts
    assert facts.get("synthetic.notified_on") == on
    assert facts.get("synthetic.notified") is notified


def test_a_synthetic_performer_is_bargained_over_in_a_consultation():
    """Held, or at least offered."""
    bargain = {
        "id": "c",
        "type": "synthetic_bargain",
        "uses": ["u2"],
        "offered_on": ["2026-09-05", "2026-09-03"],
    }
    said = changed(synthetics=[{"id": "s", "use": "u2"}], consultations=[bargain])
    assert one(said, "synthetic").facts["synthetic.bargained_on"] == dt.date(2026, 9, 3)
    said = changed(
        synthetics=[{"id": "s", "use": "u2", "bargained": False}], consultations=[bargain | {"uses": ["u1"]}]
    )
    assert one(said, "synthetic").facts["synthetic.bargained"] is False


@pytest.mark.parametrize("about", ["replica", "synthetic", "alteration"])
def test_a_use_for_one_without_a_record_is_a_subject_too(about):
    """What is missing is asked for in a record to come."""
    said = changed(replicas=[], synthetics=[], alterations=[])
    subject = one(said, about)
    assert subject.id.startswith("use/u")
    assert subject.pointer == f"/{about}s/-"
    assert f"{about}.first_use" in subject.facts
    assert "SAG-AFTRA" in subject.locals


CONSENT = {"kind": "replica_use", "uses": ["u1"], "signed_on": "2026-09-14"}


@pytest.mark.parametrize(
    ("consents", "on"),
    [
        ([{"id": "k1", **CONSENT}], dt.date(2026, 9, 14)),
        ([{"id": "k1", **CONSENT, "person_ref": "p-2"}], None),
        ([{"id": "k1", **CONSENT, "kind": "scan"}], None),
        ([{"id": "k1", **CONSENT, "uses": [], "person_ref": "p-1"}], dt.date(2026, 9, 14)),
        (
            [
                {"id": "k1", **CONSENT, "signed_on": "2026-09-29"},
                {"id": "k2", **CONSENT, "signed_on": "2026-09-02", "clear_and_conspicuous": True},
            ],
            dt.date(2026, 9, 2),
        ),
        (
            [
                {"id": "k1", **CONSENT, "uses": ["u2"], "person_ref": "p-1", "signed_on": "2026-09-02"},
                {"id": "k2", **CONSENT, "signed_on": "2026-09-29"},
            ],
            dt.date(2026, 9, 29),
        ),
        ([], None),
    ],
)
def test_the_consent_to_a_replica_is_the_one_that_covers_it_best(consents, on):
    """It is the person's, or of the use; never another person's, and never to another thing."""
    said = changed(
        replicas=[{"id": "r", "type": "background", "use": "u1", "person_ref": "p-1"}], consents=consents
    )
    facts = one(said, "replica").facts
    assert facts.get("replica.consent_on") == on
    assert facts.get("replica.consented") is (True if on else None)


ENGAGED = "2026-09-17T09:30:00-04:00"


@pytest.mark.parametrize(
    ("engaged", "notified", "answer"),
    [
        (ENGAGED, "2026-09-17T09:30:00-04:00", True),
        (ENGAGED, "2026-09-17T09:30:01-04:00", False),
        (ENGAGED, "2026-09-17", None),
        (ENGAGED, "2026-09-16", True),
        (ENGAGED, None, None),
        ("2026-09-16T09:30:00-04:00", "2026-09-16T09:00:00-04:00", False),
        ("2026-09-16T09:30:01-04:00", "2026-09-16T09:00:00-04:00", True),
        ("2026-09-17", "2026-09-17", None),
        ("2026-09-17", "2026-09-16", True),
        ("2026-09-16", "2026-09-15", None),
        ("2026-09-10", None, False),
        (None, "2026-09-16", None),
    ],
)
def test_who_is_engaged_late_is_told_when_engaged(engaged, notified, answer):
    """Less than 48 hours before the service, which is 18 September, 9.30; days alone leave the day open."""
    consent = {"id": "k", "kind": "scan", "service_at": "2026-09-18T09:30:00-04:00"}
    stated = {"engaged_at": engaged, "notified_at": notified}
    consent |= {name: at for name, at in stated.items() if at}
    assert one(changed(consents=[consent]), "consent").facts.get("consent.told_at_engagement") is answer


def test_a_performer_s_consent_concerns_performers_unions():
    """A consent that names no use is no business of the writers' and the crew's unions; a crew member's is."""
    uses = [{"id": "u1", "tool": "t1", "locals": ["IATSE:700", "SAG-AFTRA", "WGAW"]}]
    consents = [{"id": "k1", "role": "principal"}, {"id": "k2", "role": "crew"}]

    found = {k.id: k.locals for k in subjects(changed(uses=uses, consents=consents), "consent")}

    assert found == {"k1": ["SAG-AFTRA"], "k2": ["IATSE:700", "SAG-AFTRA", "WGAW"]}


@pytest.mark.parametrize(
    ("operators", "writers"),
    [
        (None, None),
        ([{"count": 1, "in_unit": False, "role": "development executive"}], False),
        ([{"count": 1, "in_unit": False}, {"count": 1, "union": "WGAW"}], True),
        ([{"count": 1, "in_unit": False}, {"count": 1}], None),
    ],
)
def test_whether_writers_operate_a_tool_is_known_when_everybody_is(operators, writers):
    """One writer decides; otherwise all operators have to be known not to be writers."""
    use = {"id": "u1", "tool": "t1"} | ({"operators": operators} if operators else {})

    assert one(changed(uses=[use]), "use").facts.get("use.operated_by_writers") is writers


def test_a_director_nobody_told_is_a_subject_too():
    """Two were engaged, and one told: of the other, the disclosure is asked for."""
    told, other = subjects(everything(), "hire")
    assert told.facts["hire.disclosed"] is True
    assert told.facts["hire.director"] is True
    assert other.id == "engaged/2026-08-24"
    assert other.pointer == "/production/engagements/1"
    assert "hire.disclosed" not in other.facts
    assert other.gaps["hire.disclosed_on"][0].pointer == "/pre_hire_disclosures/-/disclosed_on"


@pytest.mark.parametrize(
    ("role", "is_one"),
    [
        ("director", True),
        ("Director (episode 4)", True),
        ("Director of photography", False),
        ("First assistant director", False),
        ("Art director", False),
    ],
)
def test_only_directors_are_directors(role, is_one):
    """The word alone does not make one."""
    production = {**rich()["production"], "engagements": [{"union": "DGA", "role": role}]}
    said = changed(production=production, pre_hire_disclosures=[])
    assert [s.facts["hire.director"] for s in subjects(said, "hire")] == ([True] if is_one else [])


def test_a_training_of_several_unions_is_told_when_all_are():
    """One union's notice is not another's."""
    training = {"id": "m", "unions": ["DGA", "WGAW"], "direction": "licensed_out"}
    notices = [
        {"id": "n1", "to": "DGA", "what": "x", "kind": "training_licence", "sent_at": "2026-10-01"},
        {"id": "n2", "to": "the Guild", "union": "WGAW", "what": "x", "kind": "training_licence"},
    ]
    facts = one(changed(training=[training], notices=notices), "training").facts
    assert "training.notified" not in facts
    notices[1]["sent_at"] = "2026-10-05"
    facts = one(changed(training=[training], notices=notices), "training").facts
    assert facts["training.notified_on"] == dt.date(2026, 10, 5)


@pytest.mark.parametrize(
    ("locals_", "operators", "writers", "performers"),
    [
        (["WGAW"], [], True, False),
        (["IATSE:700"], [{"count": 1, "union": "WGAE"}], True, False),
        (["SAG-AFTRA", "IATSE:700"], [], False, True),
        (None, [{"count": 1, "local": "IATSE:700"}], None, None),
        (None, [{"count": 1, "union": "ACTRA"}], None, True),
    ],
)
def test_whose_work_it_is(locals_, operators, writers, performers):
    """The locals decide, or who operates the tool; without locals, only yes is known."""
    use = {"id": "u", "tool": "t1", "purpose": "admin", "operators": operators}
    use |= {"locals": locals_} if locals_ else {}
    facts = one(changed(uses=[use]), "use", "u").facts
    assert facts.get("use.by_writers") is writers
    assert facts.get("use.by_performers") is performers


def test_notice_of_a_change_is_the_row_s_own_or_one_that_names_its_uses():
    """With its effect, if it is not stated otherwise."""
    row = {"id": "w", "uses": ["u4"], "local": "IATSE:700"}
    notice = {"id": "n", "to": "Council", "what": "x", "kind": "technological_change", "uses": ["u4"]}
    notice |= {"sent_at": "2026-08-01", "effective_on": "2026-10-05"}
    facts = one(changed(workforce=[row], notices=[notice]), "workforce").facts
    assert facts["change.notice_on"] == dt.date(2026, 8, 1)
    assert facts["change.effective_on"] == dt.date(2026, 10, 5)
    facts = one(changed(workforce=[row], notices=[notice | {"uses": ["u1"]}]), "workforce").facts
    assert "change.noticed" not in facts
    facts = one(changed(workforce=[row | {"warn": {"noticed": False}}], notices=[]), "workforce").facts
    assert facts["change.noticed"] is False


def test_records_are_kept_for_whole_months_after_the_decision():
    """Four years are 48 months, a day less is 47."""
    adm = {"id": "d", "tool": "t3", "decided_on": "2026-08-21", "records_until": "2030-08-21"}
    assert one(changed(adm=[adm]), "adm").facts["adm.records_months"] == 48
    adm["records_until"] = "2030-08-20"
    assert one(changed(adm=[adm]), "adm").facts["adm.records_months"] == 47


def test_people_and_their_union_are_told_of_automated_decisions_apart():
    """A notice to a union tells the representatives, any other the people."""
    notice = {"id": "n1", "to": "the crew", "what": "x", "kind": "automated_decision", "uses": ["u5"]}
    notices = [
        {**notice, "sent_at": "2026-07-27"},
        {**notice, "id": "n2", "to": "IATSE", "union": "IATSE", "sent_at": "2026-07-20"},
    ]
    facts = one(changed(adm=[{"id": "d", "tool": "t3"}], notices=notices), "adm").facts
    assert facts["adm.notice_on"] == dt.date(2026, 7, 27)
    assert facts["adm.representatives_on"] == dt.date(2026, 7, 20)
    facts = one(changed(adm=[{"id": "d", "tool": "t3"}], notices=notices[1:]), "adm").facts
    assert "adm.noticed" not in facts


def defined(schema, pointer, node):
    """Whether a place, relative to *node*, exists in the schema."""
    for step in pointer.split("/")[1:]:
        node = {**schema["$defs"].get(node.get("$ref", "").removeprefix("#/$defs/"), {}), **node}
        if "items" in node and step not in node.get("properties", {}):
            return False
        if step not in node.get("properties", {}):
            return False
        node = node["properties"][step]
    return True


RECORD = {
    "use": "use",
    "use_event": "use",
    "event": "event",
    "workforce": "workforce",
    "layoff": "workforce",
    "adm": "adm",
    "footage": "footage_control",
    "hire": "pre_hire_disclosure",
}
ELSEWHERE = {
    "layoff": {"layoff.due_to_ai"},
    "use_event": {"event.on", "event.displacement"},
}


@pytest.mark.parametrize("about", sorted(set(ABOUT) - {"request", "accuracy", "withdrawal"}))
def test_where_a_fact_is_answered_exists(about):
    """In the record itself, or in a section of the document; what stands elsewhere is told by the subject."""
    schema = json.loads(SCHEMAS.body("2.0"))
    record = schema["$defs"].get(RECORD.get(about, about), {})
    for fact in ABOUT[about].values():
        if fact.pointer and fact.name not in ELSEWHERE.get(about, ()):
            found = defined(schema, fact.pointer, record) or defined(schema, fact.pointer, schema)
            assert found, (fact.name, fact.pointer)
