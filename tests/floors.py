"""Floors under what a full run must exercise, so that nothing falls out of the suite unnoticed."""

TESTS = 4500
ROWS = 58
EXAMPLES = 350
