"""Setting a context variable for the length of a ``with`` block, per thread and per async task."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

T = TypeVar("T")


@contextmanager
def scoped(variable: ContextVar[T], value: T) -> Iterator[None]:
    """Give ``variable`` the ``value`` inside the block, and its former one after it."""
    token = variable.set(value)
    try:
        yield
    finally:
        variable.reset(token)
