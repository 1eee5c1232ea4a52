"""Judging what somebody derived by hand: claims, verdicts, likely slips; and the input behind many wrong figures."""
