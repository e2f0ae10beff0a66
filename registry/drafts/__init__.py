"""Documents in the making: saved, resumed, reviewed by a second person, and at last filed.

A draft belongs to its employer's own offices. It is not judged, not in the ledger, and shown to nobody else;
it becomes a disclosure, or a version of one, only through the filing room. The room does not know what a duty
is, nor what makes a document right: a draft may be as wrong as its author likes until it is filed.

draft.py       a draft as it is kept (pure)
asked.py       the bodies that callers send about a draft, and every fault in one (pure)
steps.py       states and steps as one table; who may take those that need two persons (pure)
confirm.py     what was carried over and time may have changed; what is left to confirm (pure)
order.py       a document's members in the order of its schema; the bytes it is filed as (pure)
view.py        a draft as it is shown (pure)
store.py       the table draft
act.py         make, save, discard, hand over, decide, read
http.py        the doors under /v1/drafts
making/        what a new draft begins with: blank, the next quarter, an amendment
handing_in/    try it out, file it

What must stay true:
1. No draft is judged, told of, or shown to anybody but its employer before it is filed.
2. A draft is filed once, and what was approved is what is filed: an edit takes the approval back.
3. Nobody approves what they wrote or saved last.
4. While a fact carried over is not confirmed, nothing is filed.
5. A draft moves by compare-and-set on its revision; it is discarded, never deleted.
"""
