"""The errors the engine raises, and how it finds the line of yours that caused one."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from types import FrameType
from typing import Final

# Whose lines are not the user's: this one, and the networks that are built on it.
PACKAGES: Final = (__name__.partition(".")[0], "nn")


class DomainError(ValueError):
    """A primitive was asked for a value where it has none, such as ``log(-1)`` or ``1/0``.

    Example:
        >>> import autograd
        >>> autograd.log(-1.0)
        Traceback (most recent call last):
        ...
        autograd.errors.DomainError: log(x) is not defined at x = -1.0: it needs x > 0
    """


class StaleGraphError(ValueError):
    """A leaf's ``data`` was changed after the graph was recorded, so old and new numbers would mix.

    ``root.recompute()`` runs the recorded graph on the present data and clears the condition.

    Example:
        >>> from autograd import Value, gradients
        >>> x = Value(2.0, "x")
        >>> y = x * x
        >>> x.data = 3.0
        >>> gradients(y, [x])
        Traceback (most recent call last):
        ...
        autograd.errors.StaleGraphError: the graph is stale: '*' (= 4.0) was recorded ... call recompute() ...
        >>> y.recompute()
        >>> gradients(y, [x])[0].data
        6.0
    """


class MissingExtraError(ImportError):
    """A library that is needed for this is not installed; the message says how to install it.

    Example:
        >>> from autograd import MissingExtraError
        >>> issubclass(MissingExtraError, ImportError)
        True
    """


def describe_operands(names: Sequence[str], numbers: Sequence[float], labels: Sequence[str]) -> str:
    """Write operands for a person: ``x = -1.0 (labelled 'a'), y = 0.5``; long lists are cut in the middle."""
    parts = [
        f"{name} = {number!r}" + (f" (labelled {label!r})" if label else "")
        for name, number, label in zip(names, numbers, labels, strict=True)
    ]
    if len(parts) > 6:
        parts[3:-2] = [f"… {len(parts) - 5} more …"]
    return ", ".join(parts)


def user_line() -> str:
    """Return `` (file.py, line 12)`` for the innermost frame outside the package, or ``""``."""
    frame = user_frame()
    if frame is None:
        return ""
    file = frame.f_code.co_filename
    return f" ({'cell' if is_notebook_cell(file) else file}, line {frame.f_lineno})"


def is_notebook_cell(file: str) -> bool:
    """Tell whether a file name is one that Jupyter or IPython makes up for a cell; it differs from run to run."""
    return "ipykernel_" in file or file.startswith("<ipython-input")


def user_frame() -> FrameType | None:
    """Return the innermost frame outside this project's packages."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__", "").partition(".")[0] in PACKAGES:
        frame = frame.f_back
    return frame
