"""What the two parties say to each other about an alert or a request, and the files they show.

A thread belongs to one alert or one request, and is two-sided: an employer's office and the unions concerned.
The room keeps what is said and shown, in order, and says who reads it. It does not know what an answer or an
extension makes of an alert or of its clocks: the rooms above write those entries through `act.add`, in the
transaction in which they move what they move.

entry.py    one entry of a thread: its row, its ledger entry, whose side reads it (pure)
said.py     the body of a comment and every fault in one (pure)
kinds.py    the types of files that are taken, and whether bytes are of the type they came with (pure)
media.py    what the bytes of a PDF, an image, a sound or a film must show (pure)
office.py   what the bytes of a Word or Excel file must show (pure)
texts.py    what the bytes of a text, a table, JSON or a mail must show (pure)
evidence.py a file: its name, its type, its pieces, the headers it leaves with (pure)
view.py     a thread as it is shown (pure)
store.py    the tables thread_entry and evidence_chunk, and the matters that threads are about
act.py      add; comment, show a file, read a thread, read a file
http.py     the doors under /v1/alerts/{id}, /v1/requests/{id} and /v1/evidence

What must stay true:
1. An entry is a row of thread_entry and a ledger entry in one transaction, with whatever it moves, or it did
   not happen. Entries are numbered from one, without a gap, in the order of the ledger.
2. An entry of one side is shown to that side only: not to the other, nor to auditors or administrators. That
   there is one can be told from the numbers, what it says cannot: a salt is in every digest the ledger holds.
3. A file's bytes have the SHA-256 that its ledger entry names, whatever piece of them is looked at.
4. A file leaves as a download with the type its bytes have shown, and never as a page of the registry's own.
5. One Idempotency-Key of one caller makes one entry; sent again it gets the first answer again.
6. Nothing here closes a thread: a settled alert or a closed request may still be spoken about.
"""
