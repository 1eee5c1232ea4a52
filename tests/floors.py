"""Floors under what a full run must exercise, so that nothing falls out of the suite unnoticed."""

TESTS = 5700
ROWS = 58
EXAMPLES = 650
