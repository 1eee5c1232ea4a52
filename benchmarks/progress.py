"""Progress bars, where there is a terminal to show them and `tqdm` to draw them."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable


def rounds(count: int, description: str) -> Iterable[int]:
    """Count the warm-up round and ``count`` rounds after it."""
    everything = range(count + 1)
    if not sys.stderr.isatty():
        return everything
    try:
        tqdm = importlib.import_module("tqdm")
    except ImportError:
        return everything
    bar: Iterable[int] = tqdm.tqdm(everything, desc=description, unit="round", leave=False)
    return bar
