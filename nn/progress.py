"""The progress bar of `fit`, where there is somebody to see it."""

from __future__ import annotations

import sys
from typing import Any


def progress_bar(total: int, shown: bool | None) -> Any:
    """Return a bar of `tqdm` that counts steps.

    Args:
        total: how many steps there will be at most.
        shown: whether it is shown; ``None``: in a terminal or a notebook, unless the environment has ``TQDM_DISABLE``.
    """
    from tqdm import tqdm

    if shown is None and (sys.stderr.isatty() or in_notebook()):
        said: dict[str, Any] = {}  # what the environment says counts
    else:
        said = {"disable": not shown}
    return tqdm(total=total, unit="step", dynamic_ncols=True, leave=True, **said)


def in_notebook() -> bool:
    """Tell whether the program runs in a Jupyter notebook."""
    interactive = sys.modules.get("IPython")
    shell = None if interactive is None else interactive.get_ipython()
    return type(shell).__name__ == "ZMQInteractiveShell"
