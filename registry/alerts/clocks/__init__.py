"""The clocks of an alert: what runs, how long it still runs, and how both parties change it together.

The sub-room knows the clocks a finding brings and the course of its alert. It does not know why a clock is in
a pack, nor what follows when one runs out: it counts, and writes down what the parties agreed.

clock.py    every clock of an alert with its arithmetic in words; which decides, which has ended (pure)
change.py   the bodies of the doors; what may be asked of a clock, and what consent makes of it (pure)
act.py      ask for a change of a clock, consent to it, refuse it
http.py     the doors of these, and the list of what was asked for

What must stay true:
1. A clock changes only by the consent of the other party: nobody answers what their own party asked.
2. Consent is an entry of the thread and a move of the alert in one transaction, or neither.
3. A limit set by statute is never moved, and none is ever shortened.
4. A change of a clock never changes a verdict: it is shown beside it.
"""
