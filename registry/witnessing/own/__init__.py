"""A witness of one's own: a program on a union's or a studio's machine that cosigns what the registry signs.

It knows logs by their keys, and nothing of disclosures. It believes nobody: each new tree is proved to
contain the one it signed last.

judge.py   what is answered to a submission (pure)
act.py     the folder: key, what was signed last of each log, the mark beside it
http.py    its two doors
worker.py  the process

What must stay true:
1. For one log the witness signs one history: every tree it signs contains every tree it has signed.
2. What it has signed is on the disk, in the folder and in the mark, before anybody has the signature.
3. One process works in a folder at a time.
4. A folder that is older than its mark, or than a signature of ours that a log shows, is refused: it was
   restored from a copy, and a witness that has forgotten could be led to sign a second history.
"""
