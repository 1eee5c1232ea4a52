"""Derivative paths: where they run (`path_graph`), the best of them, what users call (`paths`), and their tables."""
