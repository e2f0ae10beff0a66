"""Under the lock: what was looked at is held against what stands, judged again where that moved, written.

act.py  claim its key, answer what was answered, stand it on what there is, write one or many
"""
