"""The chain rule in writing: named nodes and their formulas, the equations among them, and how they are set."""
