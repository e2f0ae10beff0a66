"""What a judgement is made from, read from the rooms that keep it: now, and whole.

store.py   records, filings, things told outside filings, and what the employer's other productions lost

What must stay true:
1. What is read for a judgement is all that stands before its position, and nothing that does not.
"""
