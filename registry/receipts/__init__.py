"""Receipts to keep: the proof that a filing was received, as a file for other tools and as a page to print.

The room stores nothing and decides nothing: a receipt is made from the version, its ledger entry and a
checkpoint that the log has signed. It does not know what was filed, only its digests.

receipt.py   what a receipt says, and the file that proves it (pure)
square.py    a QR code of a few hundred bytes, as rows of dark and light (pure)
words.py     a receipt in words, for print (pure)
page.py      the words as a page of its own, with nothing to load (pure)
paper.py     the words as PDF, A4; the texts to be copied in letters that tell each other apart (pure)
act.py       read in one snapshot, and make
http.py      one address for each form

What must stay true:
1. The same version and checkpoint, with the same cosignatures, give the same bytes, on any machine.
2. A receipt carries no content of a filing: its digest, its entry, who handed it in and when.
3. Every receipt stands on a signed checkpoint whose tree holds the entry; it can be had as soon as the
   filing is answered, and for every later checkpoint.
4. What is printed is enough to check it with: entry, proof and checkpoint stand in it as text.
"""
