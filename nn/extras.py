"""Libraries that are needed for some things only: imported when they are, with an error that names the extra."""

from __future__ import annotations

import importlib
from typing import Any

from autograd import MissingExtraError


def library(name: str, extra: str, purpose: str) -> Any:
    """Import a library that an extra brings.

    Raises:
        MissingExtraError: it is not installed; the message says how to install it.

    Example:
        >>> library("no_such_library", "plot", "plots")
        Traceback (most recent call last):
        ...
        autograd.errors.MissingExtraError: plots need no_such_library: pip install 'scalar-autograd[plot]'
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        needed = name.partition(".")[0]
        raise MissingExtraError(f"{purpose} need {needed}: pip install 'scalar-autograd[{extra}]'") from error
