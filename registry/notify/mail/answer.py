"""What became of a letter, by what the mail server answered.

A server's enhanced code (RFC 3463) says whom it speaks of: X.1 and X.2 of the mailbox, X.3 to X.7 of
servers, connections, contents and permissions. Only the first end a subscription, and of these not what is
said of our own address, which many servers say no earlier than to the recipient's.
"""

import re
from typing import Final, Literal

from registry.deliveries.sending import Result

Stage = Literal["greeting", "sender", "recipient", "content"]
"""Where the server said no: to us, to our address, to the mailbox, to the letter."""
ENHANCED: Final = re.compile(r"\s*#?([245])\.(\d{1,3})\.(\d{1,3})(?![.\d])")
"""It begins the text (RFC 2034): what looks like one further on is the address of a machine."""
OURS: Final = {"7", "8"}
"""Of X.1: the sender's mailbox and the sender's domain. The reader's mailbox may well be there."""
FULL: Final = ("2", "2")
"""A full mailbox: somebody will tidy it."""
NO_MAILBOX: Final = {550, 551, 553, 556}
"""What servers without enhanced codes say of a mailbox they do not have."""


def result(stage: Stage, code: int, text: str) -> Result:
    """Whether the mailbox is given up (`gone`), this letter is (`refused`), or it is tried again."""
    if not 500 <= code <= 599 or stage in {"greeting", "sender"}:
        return "again"
    found = ENHANCED.match(text)
    kind, subject, detail = found.groups() if found else ("", "", "")
    if (subject, detail) == FULL or kind in {"2", "4"} or (subject == "1" and detail in OURS):
        return "again"
    if subject == "1" or (subject, detail) in {("2", "0"), ("2", "1")}:
        return "gone"
    if stage == "content":
        return "refused"
    return "gone" if not found and code in NO_MAILBOX else "again"
