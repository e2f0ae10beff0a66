"""A verification by several processes: the ledger in stretches, the copies by kinds, one state of it all.

part.py    what a process is told and says; where the ledger is cut, how the parts fit together again (pure)
act.py     the processes: started, given one part after another, ended
worker.py  one such process: `python -m registry.audit.parts.worker`

What must stay true: all processes see the snapshot that the first one exported. What is raised is the fault
of the lowest stretch, then of the copies in their order: whatever is lower is verified to its end before. The
tree each walk ended with is the one the next began with. Who has no part any more, or no parent, ends. The
database's address goes over standard input: arguments are seen by everybody on the machine.
"""
