"""The inbox as it was: alerts as of a moment, newest or soonest first, and their groups.

store.py  the list and the groups from the alerts' moves; clocks are worked out for each alert that is read

What must stay true: the same question of the same moment has the same answer for ever.
"""
