"""The whole log and what may be read of its records in one file, which anybody can check with one program.

A bundle is a zip: a mirror of the log (tiles, bundles of entries, checkpoint), and beside it, for each entry
whose record the caller may see, what the entry vouches for. The room stores nothing and decides nothing.

zipped.py    the one form of zip a bundle has, written and read byte by byte (pure)
layout.py    what the files of a bundle are called, by the entry that vouches for them (pure)
index.py     bundle.json: which tree, whose keys, for whom it was made; and VERIFY.txt (pure)
showing.py   which files show what an entry vouches for, as far as the caller may read it (pure)
opened.py    a bundle taken apart: its form, its files, its manifest (pure)
chains.py    that the entries of one record follow each other (pure)
vouched.py   that each file is what its entry vouches for (pure)
checking.py  a bundle checked from its first byte to its last, with the registry's own code (pure)
wanted.py    which records are wanted: of which tree, of what, for whom (pure)
store.py     of what a bundle is, where entries stand, what was said of its checkpoints
act.py       one snapshot, what is asked of it, the file handed out; and verify
http.py      one address
making/      the rows in the order of the ledger, written file by file
shipped/     verify.py, which travels in every bundle and needs Python and `cryptography`

What must stay true:
1. The same tree, caller and scope give the same bytes, but for what witnesses and time stampers said since
   and redactions took. Rights are of the present, facts of the tree: which locals a production has, too.
2. What the doors do not show the caller is not in it: of a version with sections that are withheld, the
   others are; of a thread the words of both sides and of the caller's own; of exports the caller's own. Who
   reported an observation, and what could tell, is in no bundle, for whomever.
3. A bundle has one form: every byte of it is either checked or follows from others, but for the words of its
   maker: VERIFY.txt, verify.py, and for whom it was made.
4. verify.py and checking.py find the same first fault and say it in the same words; neither knows the other.
5. What is missing is told: a bundle that calls itself complete has all of every record, or the order that
   took it, or says why it is withheld, for one of the reasons in layout.py; of any other both verifiers count
   what is there. What was redacted after its tree is missing.
6. Judgements stand on rules that the log has, and every key but the one that signed is named by an entry.
7. Memory grows with the number of files and of records, by about a hundred bytes each, not with their size:
   files of evidence are written and checked in pieces, and are together no more than a limit.
"""
