"""A draft of a shipped pack: one duty more, which the tests' use of a tool breaks."""

NAME = "iatse-ba-2024"
RULE = "iatse-ba-2024/test-duty"
DUTY = """
[[obligation]]
id = "test-duty"
clause = "Art. XLIX"
says = "A use that picture editors are required to prompt is told to the local."
owed_to = "the local"
about = "use"
when = [{ if = "prompts.by_unit", words = "a unit employee provided prompts" }]
breach = [{ if = "prompts.required", words = "the prompts were required" }]
occurred = "use.first"
source = "Q:SEED2"
confidence = "quoted"
clocks = []
tests = [
    { name = "required", facts = { "prompts.by_unit" = true, "prompts.required" = true }, expect = "violation" },
    { name = "not required", facts = { "prompts.by_unit" = true, "prompts.required" = false }, expect = "satisfied" },
    { name = "unsaid", facts = { "prompts.by_unit" = true }, expect = "insufficient_information" },
]
"""
