"""The worked examples as graphs, each printed claim recorded as data."""
