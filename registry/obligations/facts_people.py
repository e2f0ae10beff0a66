"""The facts of consultations, requests, consents, hires, writers' material and claims."""

from typing import Final

from registry.obligations.fact import table
from registry.obligations.facts_use import COMMON

CONSULTATION: Final = COMMON | table(
    ("consultation.type", "string", "/type", "What kind of consultation or meeting is it?"),
    ("consultation.union", "string", "/union", "Which union asked?"),
    ("consultation.local", "string", "/union", "Which local asked?"),
    ("consultation.requested", "bool", "/requested_on", "Was it requested?"),
    ("consultation.requested_on", "moment", "/requested_on", "When was it requested?"),
    ("consultation.held_on", "moment", "/held_on", "When was it held?"),
    ("consultation.delay_by_union", "bool", "/delay_cause", "Whose delay was it?"),
    ("consultation.uses_named", "bool", "/uses", "Which uses was it about?"),
    ("consultation.offered_on", "moment", "/offered_on", "When was a date first offered?"),
    ("consultation.answered_on", "moment", "/answered_on", "When did the employer first answer the request?"),
    ("consultation.mode", "string", "/mode", "How was it held?"),
    ("consultation.minutes", "bool", "/minutes_ref", "Are there minutes?"),
    (
        "consultation.info_shared",
        "bool",
        "/info_shared",
        "Was information on the use and the intended use shared?",
    ),
    ("consultation.alternative_proposed", "bool", "/alternative", "Did the employee propose another tool?"),
    (
        "consultation.alternative_decided",
        "bool",
        "/alternative/decision",
        "Was the proposed tool heard and decided on?",
    ),
    (
        "consultation.alternative_reasoned",
        "bool",
        "/alternative/reason",
        "Was a reason given for the decision?",
    ),
)

CONSENT: Final = COMMON | table(
    ("consent.kind", "string", "/kind", "What was consented to?"),
    ("consent.role", "string", "/role", "What is the person's role?"),
    ("consent.performer", "bool", "/role", "Is the person a performer?"),
    ("consent.signed_on", "moment", "/signed_on", "When was the consent signed?"),
    ("consent.service_at", "moment", "/service_at", "When was the scan made?"),
    ("consent.separate", "bool", "/separate_document", "Is the consent a separate document?"),
    ("consent.conditional", "bool", "/condition_of_employment", "Was the consent a condition of employment?"),
    ("consent.engaged_at", "moment", "/engaged_at", "When was the person engaged?"),
    ("consent.notified_at", "moment", "/notified_at", "When was the person told of it?"),
    ("consent.notified", "bool", "/notified_at", "Was the person told of it?"),
    (
        "consent.told_at_engagement",
        "bool",
        "/notified_at",
        "Was the person, engaged less than 48 hours before, told when engaged?",
    ),
    (
        "consent.clear",
        "bool",
        "/clear_and_conspicuous",
        "Is the consent clear and conspicuous, not buried in standard terms?",
    ),
    ("consent.described", "bool", "/scope_description", "How does the text describe the intended use?"),
    (
        "consent.represented",
        "string",
        "/represented_by",
        "Who represented the person: counsel, a union with express terms, or nobody?",
    ),
    (
        "consent.replaces_work",
        "bool",
        "/replaces_in_person_work",
        "Does the clause let the replica replace work the person would have done in person?",
    ),
    ("consent.business_reason", "bool", "/business_reason", "What is the business reason for the scan?"),
    ("consent.suspended_on", "moment", "/suspended_on", "When did the person suspend the consent?"),
    ("consent.guardian", "bool", "/guardian_consented", "Did the minor's guardian consent?"),
    ("consent.refusal_cost_role", "bool", "/refusal_cost_role", "Did a refusal cost anybody the role?"),
)

REQUEST: Final = COMMON | table(
    (
        "request.kind",
        "string",
        "/kind",
        "What is requested: consultation, meeting, information or bargaining?",
    ),
    ("request.union", "string", "/union", "Which union asked?"),
    ("request.on", "moment", "/requested_on", "When was it requested?"),
    ("request.answered_on", "moment", "/answered_on", "When did the employer first answer?"),
    ("request.answered", "bool", "/answered_on", "Did the employer answer?"),
    ("request.delay_by_union", "bool", "/delay_cause", "Whose delay was it?"),
)

HIRE: Final = COMMON | table(
    ("hire.director", "bool", "/role", "Was a director hired?"),
    ("hire.negotiation_on", "moment", "/negotiation_on", "When was the employment negotiated?"),
    ("hire.deal_on", "moment", "/deal_closed_on", "When was the deal closed?"),
    (
        "hire.disclosed_on",
        "moment",
        "/disclosed_on",
        "When was the director told whether and how AI will be used?",
    ),
    ("hire.disclosed", "bool", "/disclosed_on", "Was the director told whether and how AI will be used?"),
)

MATERIAL: Final = COMMON | table(
    (
        "material.gai",
        "bool",
        "/incorporates_gai",
        "Was the material made by generative AI, or does it contain such material?",
    ),
    ("material.furnished_on", "moment", "/furnished_on", "When was the material given to the writer?"),
    (
        "material.disclosed_on",
        "moment",
        "/disclosed_on",
        "When was the writer told that it was made by generative AI?",
    ),
    ("material.disclosed", "bool", "/disclosed_on", "Was the writer told that it was made by generative AI?"),
    (
        "material.lowers",
        "bool",
        "/lowers_pay_or_credit",
        "Did the material lower the writer's pay, credit or separated rights?",
    ),
    (
        "material.literary",
        "bool",
        "/counted_as_literary",
        "Was the material counted as literary material, or AI as a writer?",
    ),
)

CLAIM: Final = COMMON | table(
    ("claim.on", "moment", "/on", "When was the claim made?"),
    ("claim.indemnified", "bool", "/indemnified", "Did the employer take on the protection of the employee?"),
)
