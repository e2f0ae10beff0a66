"""The facts of replicas, synthetics, alterations, training, music, footage and automated decisions."""

from typing import Final

from registry.obligations.fact import table
from registry.obligations.facts_use import COMMON

REPLICA: Final = COMMON | table(
    (
        "replica.type",
        "string",
        "/type",
        "Is the replica employment-based, independently created, or of a background actor?",
    ),
    ("replica.first_use", "moment", "/use", "When was the replica first used or created?"),
    ("replica.consent_on", "moment", "/consents", "When did the person consent to the replica?"),
    ("replica.consented", "bool", "/consented", "Did the person consent to the replica?"),
    ("replica.consent_clear", "bool", "/consents", "Is the consent clear and conspicuous?"),
    ("replica.consent_separate", "bool", "/consents", "Is the consent a separate document?"),
    ("replica.consent_described", "bool", "/consents", "How does the consent describe the intended use?"),
    (
        "replica.outside_scope",
        "bool",
        "/outside_consented_scope",
        "Is the replica used outside the projects or the scope that were consented to?",
    ),
    ("replica.paid", "bool", "/paid", "Was the person paid for the replica and its use?"),
    ("replica.pay_bargained", "bool", "/pay_bargained", "Was the pay bargained freely?"),
    (
        "replica.recognisable",
        "bool",
        "/recognisable",
        "Is the replica objectively identifiable as the person?",
    ),
    (
        "replica.traditional",
        "bool",
        "/traditional_technology",
        "Was it made with traditional technology that the agreement leaves out?",
    ),
    ("replica.in_struck_work", "bool", "/in_struck_work", "Was the replica used in struck work?"),
    (
        "replica.after_suspension",
        "bool",
        "/used_after_suspension",
        "Was new material made after the person suspended the consent?",
    ),
    ("replica.secured", "bool", "/secured", "Is the stored replica kept secure, and how?"),
    ("replica.realtime", "bool", "/realtime", "Is the replica used to generate performances in real time?"),
    ("replica.rate_tenths", "int", "/rate_tenths_of_scale", "What was paid, in tenths of scale?"),
    ("replica.minor", "bool", "/minor", "Is the person a minor?"),
    ("replica.guardian", "bool", "/guardian_consented", "Did the minor's guardian consent?"),
    ("replica.deceased", "bool", "/deceased", "Has the person died?"),
    (
        "replica.holder_on",
        "moment",
        "/rights_holder_consented_on",
        "When did whoever holds the rights of the deceased consent?",
    ),
    (
        "replica.holder",
        "bool",
        "/rights_holder_consented_on",
        "Did whoever holds the rights of the deceased consent?",
    ),
    (
        "replica.excepted",
        "bool",
        "/statutory_exception",
        "Does an exception of the statute apply (news, parody, documentary …)?",
    ),
    ("replica.notified_at", "moment", "/notified_at", "When was the intended use described to the person?"),
    ("replica.notified", "bool", "/notified_at", "Was the intended use described to the person?"),
)

SYNTHETIC: Final = COMMON | table(
    (
        "synthetic.human_role",
        "bool",
        "/human_role",
        "Does the synthetic performer play a human role that a covered performer would have had?",
    ),
    ("synthetic.voice", "bool", "/voice", "Is it a synthetic voice?"),
    ("synthetic.first_use", "moment", "/use", "When was the synthetic performer first used?"),
    (
        "synthetic.notified_on",
        "moment",
        "/notified_on",
        "When was the union told of the synthetic performer?",
    ),
    ("synthetic.notified", "bool", "/notified_on", "Was the union told of the synthetic performer?"),
    ("synthetic.bargained_on", "moment", "/bargained_on", "When was it bargained over?"),
    ("synthetic.bargained", "bool", "/bargained_on", "Was there an opportunity to bargain in good faith?"),
    (
        "synthetic.sav_stated",
        "bool",
        "/sav_statement",
        "Which significant additional value does the synthetic performer bring?",
    ),
    (
        "synthetic.value_agreed",
        "bool",
        "",
        "Is that value significant? The agreement leaves it to people, in the end to an arbitrator.",
        "union and employer",
    ),
    ("synthetic.carried_over", "bool", "/use", "Had the use begun before this edition came into force?"),
    (
        "synthetic.extra_paid",
        "bool",
        "/extra_paid",
        "Was the extra compensation paid, to a performer or to the fund?",
    ),
    (
        "synthetic.disclosed",
        "bool",
        "/disclosed",
        "Does the advertisement say conspicuously that it shows a synthetic performer?",
    ),
    ("synthetic.published_on", "moment", "/published_on", "When was the advertisement first published?"),
    (
        "synthetic.published",
        "bool",
        "/published_on",
        "Has the advertisement been published, and since when?",
    ),
    (
        "synthetic.expressive",
        "bool",
        "/expressive_work_ad",
        "Does it advertise an expressive work, as used in that work?",
    ),
    ("synthetic.audio_only", "bool", "/audio_only", "Is the advertisement sound only?"),
)

ALTERATION: Final = COMMON | table(
    ("alteration.first_use", "moment", "/use", "When was the performance altered?"),
    (
        "alteration.as_performed",
        "bool",
        "/substantially_as_performed",
        "Is the result substantially as scripted, performed and recorded?",
    ),
    (
        "alteration.excepted",
        "bool",
        "/exception_code",
        "Which of the listed post-production exceptions applies, if any?",
    ),
    ("alteration.consent_on", "moment", "/consented_on", "When did the performer consent to the alteration?"),
    ("alteration.consented", "bool", "/consented", "Did the performer consent to the alteration?"),
)

TRAINING: Final = COMMON | table(
    ("training.members_work", "bool", "/uses_members_work", "Is members' work used to train an AI system?"),
    ("training.work_types", "strings", "/work_types", "Which kinds of work are used?"),
    ("training.unions", "strings", "/unions", "Whose members' work is used?"),
    (
        "training.direction",
        "string",
        "/direction",
        "Is the work used in house, licensed out, or taken by a vendor's default?",
    ),
    ("training.licensed_on", "moment", "/licensed_on", "When was the work licensed?"),
    ("training.notified_on", "moment", "/notified_on", "When was the union told of it?"),
    ("training.notified", "bool", "/notified_on", "Was the union told of it?"),
    ("training.consent_on", "moment", "/union_consented_on", "When did the union consent?"),
    ("training.consented", "bool", "/union_consented_on", "Did the union consent?"),
    ("training.compensated", "bool", "/compensation", "What is paid for it?"),
)

MUSIC: Final = COMMON | table(
    ("music.human_musicians", "int", "/human_musicians", "How many human musicians play on the score?"),
    (
        "music.prompted_by_musicians",
        "bool",
        "/musicians_work_used",
        "Was musicians' work used to prompt an AI system?",
    ),
    ("music.ai_minutes", "int", "/ai_minutes", "How many minutes of music did the AI system make?"),
    ("music.prompt_type", "string", "/prompt_type", "Was the prompt a solo or an ensemble?"),
    ("music.sessions_paid", "int", "/sessions_paid", "How many three-hour sessions were paid?"),
)

FOOTAGE: Final = COMMON | table(
    ("footage.first_use", "moment", "/use", "When was the footage first made?"),
    (
        "footage.controlled",
        "bool",
        "/under_directors_control",
        "Is the footage under the director's control?",
    ),
    ("footage.logged", "bool", "/log_ref", "Where is the director's control recorded?"),
)

ADM: Final = COMMON | table(
    ("adm.used", "bool", "/used", "Is an automated system used in decisions about people?"),
    ("adm.decisions", "strings", "/decisions", "Which decisions does it make or help to make?"),
    ("adm.influence", "string", "/influence", "Does it decide alone, materially, or advise only?"),
    ("adm.human_review", "bool", "/human_review", "Can a person review the decision?"),
    ("adm.first", "moment", "/tool", "When was the system first used?"),
    ("adm.notice_on", "moment", "/notice_on", "When were the people told that the system is used?"),
    ("adm.noticed", "bool", "/notice_on", "Were the people told that the system is used?"),
    (
        "adm.representatives_on",
        "moment",
        "/representatives_notified_on",
        "When were the workers' representatives told?",
    ),
    (
        "adm.representatives_told",
        "bool",
        "/representatives_notified_on",
        "Were the workers' representatives told?",
    ),
    ("adm.adverse_on", "moment", "/adverse_on", "When was an adverse decision made?"),
    ("adm.adverse", "bool", "/adverse_on", "Was an adverse decision made?"),
    ("adm.disclosed_on", "moment", "/disclosure_on", "When was the reason disclosed to the person?"),
    ("adm.disclosed", "bool", "/disclosure_on", "Was the reason disclosed to the person?"),
    ("adm.records_months", "int", "/records_until", "Until when are the records kept, and from when?"),
    ("adm.opt_out", "bool", "/opt_out_offered", "Can the people opt out, or see what is kept of them?"),
    ("adm.risk_assessed", "bool", "/risk_assessed_on", "Was a risk assessment made?"),
    ("adm.discriminates", "bool", "/bias_test/effect_found", "Does a test show a discriminatory effect?"),
    (
        "adm.zip_code",
        "bool",
        "/zip_code_used",
        "Is the postal code used as a stand-in for a protected class?",
    ),
    ("adm.emotion", "bool", "/emotion_inference", "Does the system infer people's emotions at work?"),
    ("adm.medical_or_safety", "bool", "/medical_or_safety", "Is it for medical or safety reasons?"),
    ("adm.resident", "bool", "/affects_resident", "Are people concerned who live where the law applies?"),
    ("tool.eu_risk_class", "string", "/tool", "Which risk class does the tool have under the EU AI Act?"),
)
