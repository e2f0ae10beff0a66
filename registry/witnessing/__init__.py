"""Letting the log out: witnesses that cosign its checkpoints, a folder of tiles, time stamps of an authority.

The room knows checkpoints and keys. It does not know what entries say, and appends nothing to the ledger.

policy.py      the policy file: which witnesses, how many of whom must have signed (pure)
submission.py  what a witness is sent and answers, C2SP tlog-witness (pure)
record.py      what is kept of places and stamps (pure)
view.py        what anybody is shown (pure)
store.py       cosignatures, stamps, how far each place has been told
act.py         each place at its own pace; which checkpoint is published
worker.py      the same every few seconds, as a part of the worker
http.py        the public doors
asking/        one witness
looking/       what witnesses show of us, before a start and behind a restore
tiling/        the folder of tiles
stamping/      the authority
own/           a witness of one's own, a program of its own
calling/       HTTP, bounded
whole/         files, whole or not at all

What must stay true:
1. Without witnesses, folder or authority the registry works the same, and says that it has none.
2. Nobody waits for anybody: a witness, folder or authority that is slow or gone holds up neither the others
   nor a filing.
3. What was signed and let out is never contradicted: where our own signature is seen over a tree that ours
   does not contain, the log is halted, and says why and how to proceed. Nothing less than that halts it.
4. All that is kept here was checked when it came: signatures under their keys, stamps against our bytes.
"""
