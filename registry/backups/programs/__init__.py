"""PostgreSQL's own programs: which are here, and running one of them.

act.py  find the programs of a server's version; run one, and say what it said when it fails
"""
