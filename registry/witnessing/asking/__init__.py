"""Asking one witness for its signature of a checkpoint.

It knows one witness at a time, and neither groups nor quorums.

act.py  sends the proof that the witness needs, keeps its signature, and looks into what it contradicts

What must stay true:
1. Only a signature that holds under the witness's own key is kept.
2. The log is halted on evidence alone: a checkpoint that our own key has signed and our tree does not
   contain. A witness's bare word, true or not, cannot stop the registry; it is written down and shown.
"""
