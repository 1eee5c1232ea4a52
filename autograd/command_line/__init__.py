"""The command line: what was typed, what is answered."""
