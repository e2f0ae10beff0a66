"""Every copy made anew from its source, in one transaction: readers see the old copies until all are new.

source                                                     copy
the ledger, with its checkpoints and what others said      -
bytes received (disclosure_content.body)                   document of disclosure_version
records and entries as received (employer_version,         employer, production, request
  production_version, request_entry)
versions (disclosure_version)                              disclosure
judgements of filings, redactions                          loss_change
the judge's inputs (versions, records, what was heard,     findings of judgement, byte for byte
  publications; packs, instant and cut of judgement)
moves of alerts (alert_move), judgements                   alert
all of these                                               search_version, search_judgement

Why moves are a source: people made them, and what they said is nowhere else. Kept answers, observations,
threads, evidence, exports and the access log are sources, too. What is neither is work in progress, and left
alone: queues, deliveries, drafts, when a production or an alert is looked at next. A row that was lost with
its `facts` and its next look begins to count anew; it, and what would never be looked at again, is looked at
at once.

made.py   an alert folded from its moves (pure)
store.py  the statements that make each copy anew, and the locks
again/    marks of changed losses, and next looks: what has somebody judge or look again
act.py    rebuild: copies in the order in which they rest on each other, compared at the end

What must stay true:
1. What is made anew has the digest that its ledger entry vouches for, or nothing is written at all.
2. Locks are taken in the one order: employers, productions, alerts, the ledger's head. Who writes waits.
3. At the end the same comparison runs as in `verify`.
"""
