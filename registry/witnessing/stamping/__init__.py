"""Time stamps of checkpoints from an authority that nobody here runs: RFC 3161.

What is stamped is the SHA-256 of a checkpoint's note as the log alone signed it. The authority's whole reply
is kept, for `openssl ts -verify`. Whether the authority is to be believed is for whoever checks: its
signature is not judged here, only that the reply is about our bytes and to our question.

act.py    asks, when it is time
reply.py  what a reply says, and whether it is one to our question (pure)
"""
