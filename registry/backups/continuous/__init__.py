"""Any instant: a base backup, and the archive of write-ahead logs that goes on from it.

act.py  switch the archive on, take a base backup, restore until an instant; for the embedded server
"""
