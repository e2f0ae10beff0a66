"""A backup brought back: checked, loaded, recounted, redacted again.

act.py  restore a dump; what every restore looks at before anything serves
"""
