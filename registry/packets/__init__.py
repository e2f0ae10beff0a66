"""Everything about one case in one file, for a grievance: facts, clause, timeline, thread, files, proofs.

The room decides nothing and stores nothing: it reads what others keep, as it was known at an instant, and
binds it. It does not know why a finding was made, or what a party may say.

case.py      a case as it stood at an instant (pure)
chapters.py chronicle.py   what is said of the case, and of its course (pure)
vouching.py  what is said of its proofs, and how to check them (pure)
sheet.py     words before they are set: sections of labelled lines, and plain text (pure)
glyphs.py    characters that a page cannot show, shown by their codes (pure)
paper.py     words set on pages: PDF (pure)
folder.py    the files of a packet, and what each ledger entry vouches for (pure)
archive.py   files as one zip, and a PDF that carries it along (pure)
form.py      zip or PDF, its name and headers (pure)
store.py     the rows of one case until an instant, and the proofs of their entries
act.py       read in one snapshot, print, bind
http.py      one address, two forms
font/        DejaVu Sans, unchanged, with its licence
shipped/     verify.py, which travels in every packet and needs nothing of the registry

What must stay true:
1. The same case, instant, role and, of a representative, locals give the same bytes, however the ledger
   grows, on any machine.
2. What the caller may not read is not in it: no note of one side, no section that is withheld from the role,
   no finding or request of other unions, no reporter of an observation.
3. Every row shown is proved by an entry in the tree of the instant; every file is in the manifest.
4. A character that cannot be printed is seen to be one, and stands as it was written in packet.txt.
5. Whoever has the packet alone can check it with the standard library of Python.

Known gap: what is being written at an instant gets its place a moment later, so the packet of the very
present may lack what one made later for the same instant has. Ask for an instant that is over.
"""
