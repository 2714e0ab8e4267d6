"""`homeward bench`: what a user feels, measured beside its floor in one run, never asserted.

Each bench runs its contestants in turn, round by round, so that whatever else the machine does
falls on all alike; what counts is the ratio of two of them in the same round.
"""
