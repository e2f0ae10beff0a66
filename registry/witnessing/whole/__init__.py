"""Files that are there whole or not at all, and on the disk before anybody builds on them.

act.py  put bytes at a place
"""
