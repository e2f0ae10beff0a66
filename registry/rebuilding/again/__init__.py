"""What has somebody judge or look again, made anew: marks of changed losses, next looks that are missing.

By the marks an employer's other productions are judged again. A filing that changed what its production has
lost made one, at its judgement's place; a redaction that took losses out made one at its own.

store.py  the filings that may have, the redactions that did, the marks; and next looks
act.py    each filing asked again whether it did; looking again

What must stay true:
1. A mark made anew has the place and the instant of the one that was lost, and is spread again: too often
   rather than not at all.
2. What a redaction took cannot be asked: older marks of such a production stay as they are. Nothing reads
   them any more, the redaction's own is newer.
3. Nobody is waited for: a sweep holds marks while it waits for productions, which are locked here.
"""
