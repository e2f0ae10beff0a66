"""The duties once more, in plain Python and two values, written from the worked cases and not from the packs.

Each is a function of complete facts: V violation, S satisfied, N not applicable, P for a person to decide. Three
values come from asking it about every way the unknown facts could turn out: where all ways agree, that is the
verdict; where they do not, it is insufficient information. A day without a time is any instant of that day.
"""

import datetime as dt
import itertools
from zoneinfo import ZoneInfo

V, S, N, P = "violation", "satisfied", "not_applicable", "insufficient_information"
ZONE = ZoneInfo("America/Los_Angeles")
NEVER = None
AS_OF = dt.datetime(2029, 12, 31, 12, tzinfo=dt.UTC)
LONG_AGO = dt.datetime(2025, 1, 1, 12, tzinfo=ZONE)
MUCH_LATER = dt.datetime(2028, 6, 1, 12, tzinfo=ZONE)
FLAG = (True, False)
NOT_YET = dt.datetime(2035, 1, 1, 12, tzinfo=ZONE)
EVENT = (LONG_AGO, MUCH_LATER)
DATE = (*EVENT, NOT_YET)
DEED = (LONG_AGO, MUCH_LATER, NEVER)
SPECS = {}
ON_THE_DAY = {"use.policy_on": dt.time.min, "use.first": dt.time.max}
"""Where the day of the event is early enough: a deed known by its day was done as it began, an event as it ends."""


def spec(*rules, **reads):
    """Register a duty under its *rules*, with the values each fact it reads may have (`a__b` is `a.b`)."""

    def register(function):
        domains = {name.replace("__", "."): values for name, values in reads.items()}
        for rule in rules:
            SPECS[rule] = (function, domains)
        return function

    return register


def verdict(rule, facts):
    """The three-valued verdict of *rule* on *facts*, some of which may be missing."""
    function, domains = SPECS[rule]
    ways = itertools.product(
        *([(name, way) for way in ways_of(rule, name, facts, domains)] for name in domains)
    )
    found = {function(dict(way)) for way in ways}
    if found == {S} and any(
        values in (EVENT, DATE) and name not in facts for name, values in domains.items()
    ):
        return P  # nothing is done in time while nobody knows when it was due
    return found.pop() if len(found) == 1 else P


def ways_of(rule, name, facts, domains):
    """Every complete value a fact may have."""
    if name not in facts:
        return domains[name]
    value = facts[name]
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        if rule.endswith("/policies-provided"):
            return [dt.datetime.combine(value, ON_THE_DAY[name], ZONE)]
        return [dt.datetime.combine(value, time, ZONE) for time in (dt.time.min, dt.time(12), dt.time.max)]
    return [value]


def day(when):
    return when.astimezone(ZONE).date()


def after(done, event, days):
    """Done by the end of the day *days* after the event; N while that day has not passed and nothing is done."""
    due = day(event) + dt.timedelta(days=days)
    if done is NEVER:
        return N if day(AS_OF) <= due else V
    return S if day(done) <= due else V


def window_end(asked, anchor, months):
    """The day before the next window begins, but never less than thirty days after the request."""
    begins = anchor
    while begins <= asked:
        number = begins.month + months
        begins = dt.date(begins.year + (number - 1) // 12, (number - 1) % 12 + 1, begins.day)
    ends = begins - dt.timedelta(days=1)
    return ends if (ends - asked).days >= 30 else asked + dt.timedelta(days=30)


IATSE = ("iatse-ba-2024", "iatse-asa-2024")


def both(name, *more):
    return [f"{pack}/{name}" for pack in (*IATSE, *more)]


@spec(
    *both("prompt-displacement", "tag-2024"),
    prompts__by_unit=FLAG,
    prompts__required=FLAG,
    event__displacement=FLAG,
)
def prompt_displacement(f):
    if not f["prompts.by_unit"]:
        return N
    return V if f["prompts.required"] and f["event.displacement"] else S


@spec(
    *both("covered-work", "tag-2024"),
    use__unit_type_work=FLAG,
    operators__vendor_only=FLAG,
    operators__outside_unit=FLAG,
)
def covered_work(f):
    if not f["use.unit_type_work"] or f["operators.vendor_only"]:
        return N
    return V if f["operators.outside_unit"] else S


@spec(
    *both("no-outsourcing"),
    vendor__uses_ai=FLAG,
    vendor__unit_type_work=FLAG,
    vendor__signatory=FLAG,
    vendor__history=("done_in_unit_before", "never_in_unit"),
)
def no_outsourcing(f):
    if not f["vendor.uses_ai"] or not f["vendor.unit_type_work"] or f["vendor.history"] == "never_in_unit":
        return N
    return S if f["vendor.signatory"] else V


@spec(
    *both("consultation-on-request"),
    consultation__type=("employee_on_request", "other"),
    consultation__requested=FLAG,
    consultation__requested_on=DATE,
    consultation__held_on=(NEVER,),
    consultation__delay_by_union=FLAG,
)
def consultation(f):
    if f["consultation.type"] != "employee_on_request" or not f["consultation.requested"]:
        return N
    found = after(f["consultation.held_on"], f["consultation.requested_on"], 10)
    if found != V or not f["consultation.delay_by_union"]:
        return found
    return P if f["consultation.held_on"] is NEVER else S


def meeting(f, kind, anchor, months, union=None):
    if f["consultation.type"] != kind or not f["consultation.requested"]:
        return N
    if union and f["consultation.union"] != union:
        return N
    held = f["consultation.held_on"]
    due = window_end(day(f["consultation.requested_on"]), anchor, months)
    if held is NEVER and day(AS_OF) <= due:
        return N
    if held is not NEVER and day(held) <= due:
        return S
    if not f["consultation.delay_by_union"]:
        return V
    return P if held is NEVER else S


MEETING = {
    "consultation__requested": FLAG,
    "consultation__requested_on": DATE,
    "consultation__held_on": (NEVER,),
    "consultation__delay_by_union": FLAG,
}


@spec(*both("quarterly-company-meeting"), consultation__type=("company_quarterly", "other"), **MEETING)
def quarterly_meeting(f):
    return meeting(f, "company_quarterly", dt.date(2024, 8, 1), 3)


@spec(
    *both("semiannual-industry-meeting"),
    consultation__type=("industry_semiannual", "other"),
    consultation__union=("IATSE", "DGA"),
    **MEETING,
)
def iatse_semiannual(f):
    return meeting(f, "industry_semiannual", dt.date(2024, 8, 1), 6, "IATSE")


@spec(
    "dga-ba-2023/semiannual-meeting",
    consultation__type=("industry_semiannual", "other"),
    consultation__union=("IATSE", "DGA"),
    **MEETING,
)
def dga_semiannual(f):
    return meeting(f, "industry_semiannual", dt.date(2023, 7, 1), 6, "DGA")


@spec(
    *both("policies-provided"),
    operators__any_unit=FLAG,
    employer__policies_exist=FLAG,
    use__first=EVENT,
    use__policy_on=DEED,
)
def policies(f):
    if not f["operators.any_unit"] or not f["employer.policies_exist"]:
        return N
    given = f["use.policy_on"]
    return S if given is not NEVER and (given <= f["use.first"]) else V


@spec(
    *both("employer-consent-required"),
    operators__any_unit=FLAG,
    use__consent_required=FLAG,
    use__first=EVENT,
    use__consent_on=DEED,
)
def employer_consent(f):
    if not f["operators.any_unit"] or not f["use.consent_required"]:
        return N
    return S if f["use.consent_on"] is not NEVER and f["use.consent_on"] < f["use.first"] else V


@spec(*both("indemnification"), claim__indemnified=FLAG)
def indemnification(f):
    return S if f["claim.indemnified"] else V


@spec(
    *both("scan-consent"),
    consent__kind=("scan", "training"),
    consent__performer=FLAG,
    consent__conditional=FLAG,
    consent__separate=FLAG,
    consent__service_at=EVENT,
    consent__signed_on=DEED,
)
def scan_consent(f):
    if f["consent.kind"] != "scan" or f["consent.performer"]:
        return N
    if f["consent.conditional"] or not f["consent.separate"]:
        return V
    return (
        S if f["consent.signed_on"] is not NEVER and f["consent.signed_on"] < f["consent.service_at"] else V
    )


@spec(*both("impact-bargaining"), impact__exists=FLAG, bargaining__offered=FLAG, bargaining__exception=FLAG)
def impact_bargaining(f):
    if not f["impact.exists"]:
        return N
    if f["bargaining.offered"]:
        return S
    return P if f["bargaining.exception"] else V


@spec(*both("skills-training"), use__skills_changed=FLAG, skills__training_offered=FLAG)
def skills_training(f):
    if not f["use.skills_changed"]:
        return N
    return S if f["skills.training_offered"] else P


@spec(*both("kit-rental"), tool__ownership=("employee", "vendor"), kit__requested=FLAG, kit__fee_in_deal=FLAG)
def kit_rental(f):
    if f["tool.ownership"] != "employee" or not f["kit.requested"]:
        return N
    return S if f["kit.fee_in_deal"] else P


@spec(
    "iatse-tech/retraining",
    event__displacement=FLAG,
    event__definition_met=FLAG,
    event__permanent=FLAG,
    event__on=EVENT,
    retraining__offered=(True,),
    retraining__offered_on=DEED,
)
def retraining(f):
    if not (f["event.displacement"] and f["event.definition_met"] and f["event.permanent"]):
        return N
    done = f["retraining.offered_on"] if f["retraining.offered"] else NEVER
    return after(done, f["event.on"], 30)


@spec(
    "dga-ba-2023/duties-by-person",
    "dga-ba-2026/duties-by-person",
    use__has_dga_duty=FLAG,
    use__duty_held_by_person=FLAG,
)
def duties_by_person(f):
    if not f["use.has_dga_duty"]:
        return N
    return S if f["use.duty_held_by_person"] else V


@spec(
    "dga-ba-2023/gai-creative-consult",
    "dga-ba-2026/gai-creative-consult",
    tool__is_generative=FLAG,
    use__creative=FLAG,
    consult__recorded=(True,),
    use__director_consulted=(True,),
    consult__mode=("video", "written_notice_only"),
    consult__input_invited=FLAG,
    consult__input_considered=FLAG,
    consult__held_on=DEED,
    use__first=EVENT,
    dga__nobody_engaged=FLAG,
)
def creative_consult(f):
    if not f["tool.is_generative"] or not f["use.creative"]:
        return N
    notice_only = f["consult.mode"] == "written_notice_only" and not f["consult.input_invited"]
    in_time = f["consult.held_on"] is not NEVER and f["consult.held_on"] < f["use.first"]
    amiss = notice_only or not in_time or not f["consult.input_considered"]
    if amiss and f["dga.nobody_engaged"]:
        return P
    return V if amiss else S


def before(done, event, days):
    """Done at least *days* before the event; N while that day has not passed and nothing is done."""
    due = day(event) - dt.timedelta(days=days)
    if done is NEVER:
        return N if day(AS_OF) <= due else V
    return S if day(done) <= due else V


@spec("reg/initial-filing", production__first_use=DATE, production__filed_on=(NEVER,))
def initial(f):
    return before(f["production.filed_on"], f["production.first_use"], 10)


@spec("reg/quarterly-update", quarter__end=DATE, quarter__filed_on=(NEVER,))
def quarterly(f):
    return after(f["quarter.filed_on"], f["quarter.end"], 30)


@spec("reg/amendment", change__on=DATE, change__filed_on=(NEVER,))
def amendment(f):
    return after(f["change.filed_on"], f["change.on"], 10)


@spec("reg/withdrawal", withdrawal__contradicted=FLAG, withdrawal__reasoned=FLAG)
def withdrawal(f):
    return V if f["withdrawal.contradicted"] or not f["withdrawal.reasoned"] else S


@spec(
    "tag-2024/genai-notification",
    tool__is_generative=FLAG,
    tool__historically_used=FLAG,
    operators__any_unit=FLAG,
    use__first=EVENT,
    use__notified_on=DEED,
)
def tag_notification(f):
    if not f["tool.is_generative"] or f["tool.historically_used"] or not f["operators.any_unit"]:
        return N
    return S if f["use.notified_on"] is not NEVER and f["use.notified_on"] < f["use.first"] else V


@spec(
    "ny-gol-5-302/replica-clause",
    "ca-ab2602/replica-clause",
    "il-pa-103-0830/replica-clause",
    consent__kind=("replica_use", "replica_create", "scan"),
    consent__replaces_work=FLAG,
    consent__described=FLAG,
    consent__represented=("counsel", "union_with_express_terms", "none"),
)
def replica_clause(f):
    if not f["consent.kind"].startswith("replica") or not f["consent.replaces_work"]:
        return N
    return S if f["consent.described"] or f["consent.represented"] != "none" else V


@spec(
    "ny-gbl-396-b/ad-disclosure",
    production__format=("commercial", "theatrical"),
    synthetic__expressive=FLAG,
    synthetic__audio_only=FLAG,
    synthetic__published=FLAG,
    synthetic__disclosed=FLAG,
)
def ad_disclosure(f):
    if f["production.format"] != "commercial" or f["synthetic.expressive"] or f["synthetic.audio_only"]:
        return N
    return S if f["synthetic.disclosed"] or not f["synthetic.published"] else V


WGA = ("wga-mba-2023", "wga-mba-2026")


@spec(
    *(f"{pack}/no-required-gai" for pack in WGA),
    tool__is_generative=FLAG,
    use__by_writers=FLAG,
    use__operated_by_writers=FLAG,
    use__required_by_employer=FLAG,
)
def no_required_gai(f):
    if not f["tool.is_generative"] or not f["use.by_writers"] or not f["use.operated_by_writers"]:
        return N
    return V if f["use.required_by_employer"] else S


@spec(*(f"{pack}/gai-not-literary" for pack in WGA), material__gai=FLAG, material__literary=FLAG)
def gai_not_literary(f):
    if not f["material.gai"]:
        return N
    return V if f["material.literary"] else S


@spec(*(f"{pack}/gai-not-assigned-or-source" for pack in WGA), material__gai=FLAG, material__lowers=FLAG)
def gai_not_assigned(f):
    if not f["material.gai"]:
        return N
    return V if f["material.lowers"] else S


@spec("afm-2024/human-musician", music__human_musicians=(0, 1, 40))
def human_musician(f):
    return S if f["music.human_musicians"] else V


@spec(
    "afm-2024/prompt-payment",
    music__prompted_by_musicians=FLAG,
    music__prompt_type=("ensemble", "solo", "none"),
    music__ai_minutes=(14, 15, 16, 30, 45, 900, 3600),
    music__sessions_paid=(0, 1, 2, 3, 4, 6, 200, 1000),
)
def prompt_payment(f):
    if not f["music.prompted_by_musicians"]:
        return N
    if f["music.prompt_type"] == "none":
        return P
    fewest, most = f["music.ai_minutes"] // 15, -(-f["music.ai_minutes"] // 15)
    if f["music.prompt_type"] == "solo":
        fewest, most = min(fewest, 1) * 2, most * 2
    paid = f["music.sessions_paid"]
    return S if paid >= most else V if paid < fewest else P


@spec(
    "bc-lrc/s54",
    workforce__local=("IATSE:891", ""),
    impact__exists=FLAG,
    change__effective_on=DATE,
    change__noticed=(True,),
    change__notice_on=DEED,
)
def s54(f):
    if not f["workforce.local"] or not f["impact.exists"]:
        return N
    found = before(f["change.notice_on"], f["change.effective_on"], 60)
    return P if found == V else found


@spec(
    "sag-tvth-2023/replica-notice",
    "sag-tvth-2026/replica-notice",
    consent__kind=("scan", "replica_create", "training"),
    consent__role=("principal", "estate"),
    consent__performer=FLAG,
    consent__service_at=EVENT,
    consent__notified=(True,),
    consent__notified_at=DEED,
    consent__told_at_engagement=FLAG,
)
def replica_notice(f):
    if f["consent.kind"] == "training" or not f["consent.performer"]:
        return N
    if f["consent.kind"] == "replica_create" and f["consent.role"] == "estate":
        return N
    told = f["consent.notified_at"]
    if told is not NEVER and f["consent.service_at"] - told >= dt.timedelta(hours=48):
        return S
    if not f["consent.told_at_engagement"]:
        return V
    return P if told is NEVER else S


@spec("sag-ima-2025/realtime-rate", replica__realtime=FLAG, replica__rate_tenths=(0, 74, 75, 76))
def realtime_rate(f):
    if not f["replica.realtime"]:
        return N
    return S if f["replica.rate_tenths"] / 10 >= 7.5 else V


@spec(
    "eu-ai-act/5-1-f",
    adm__used=FLAG,
    production__locations=(["FR"], ["US-CA", "US"], ["DE-BE", "DE"], []),
    adm__emotion=FLAG,
    adm__medical_or_safety=FLAG,
)
def emotion(f):
    if not f["adm.used"] or not {place[:2] for place in f["production.locations"]} & {"FR", "DE"}:
        return N
    return V if f["adm.emotion"] and not f["adm.medical_or_safety"] else S
