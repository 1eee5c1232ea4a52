"""Where a node was made: in which scope of the program, and at which line, for those who ask for it beforehand.

Both are kept in the node's field for its label, as a `Tag`, by the block that is open: outside of such blocks nodes are
made as ever, and nothing is paid.
"""

from __future__ import annotations

import linecache
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from autograd.block import CURRENT_BLOCK
from autograd.errors import is_notebook_cell, user_frame
from autograd.recording import opened, within
from autograd.value import Value


class Tag(NamedTuple):
    """What stands in place of a node's label: the label, the scope, and file and number of the source line."""

    label: str
    scope: str
    file: str = ""
    line: int = 0


class Provenance(NamedTuple):
    """What the nodes that are made in a block are to remember."""

    scope: str
    lines: bool

    def tagged(self, label: str | Tag) -> Tag:
        """Return what stands in place of the label of a new node; a copy keeps what the node had."""
        if isinstance(label, Tag):
            return label
        frame = user_frame() if self.lines else None
        if frame is None:
            return Tag(label, self.scope)
        return Tag(label, self.scope, frame.f_code.co_filename, frame.f_lineno)


@contextmanager
def scope(name: str) -> Iterator[None]:
    """Note of every node made in this block that it belongs to the part of the program called ``name``.

    `draw` frames each scope, and draws large graphs by scopes. Scopes nest: ``"layer 1"`` inside ``"net"`` is
    ``"net/layer 1"``. Nodes of equal scopes belong together, whether or not one block made them. Holds for this thread
    and async task; also decorates functions.

    Args:
        name: a text that is not empty.

    Raises:
        TypeError: ``name`` is no text.
        ValueError: ``name`` is empty.

    Example:
        >>> from autograd import Value, scope, scope_of
        >>> with scope("net"):
        ...     x = Value(2.0)
        ...     with scope("layer 1"):
        ...         y = x * 3
        >>> scope_of(x), scope_of(y), scope_of(y + x)
        ('net', 'net/layer 1', '')
    """
    if not isinstance(name, str):
        raise TypeError(f"the name of a scope must be a text, not {type(name).__name__} ({name!r:.60})")
    if not name.strip("/ "):
        raise ValueError('a scope needs a name: with scope("layer 1"):')
    here = _current()
    with opened(within(CURRENT_BLOCK.get(), provenance=Provenance(f"{here.scope}/{name}".lstrip("/"), here.lines))):
        yield


@contextmanager
def source_lines() -> Iterator[None]:
    """Note of every node made in this block which line of the program made it, so that `blame` can name it.

    It takes about a microsecond per node; outside such blocks it takes nothing. Holds for this thread and async task.

    Example:
        >>> from autograd import Value, line_of, source_lines
        >>> x = Value(2.0)
        >>> with source_lines():
        ...     y = x * 3
        >>> line_of(y) != "", line_of(x)
        (True, '')
    """
    with opened(within(CURRENT_BLOCK.get(), provenance=Provenance(_current().scope, lines=True))):
        yield


def _current() -> Provenance:
    block = CURRENT_BLOCK.get()
    return Provenance("", lines=False) if block is None or block.provenance is None else block.provenance


def scope_of(node: Value) -> str:
    """Return the scope in which a node was made, such as ``"net/layer 1"``; ``""`` outside any (see `scope`).

    Raises:
        TypeError: ``node`` is no `Value`.

    Example:
        >>> from autograd import Value, scope, scope_of
        >>> with scope("layer 1"):
        ...     w = Value(0.5, "w")
        >>> scope_of(w)
        'layer 1'
    """
    return _tag(node).scope


def line_of(node: Value) -> str:
    """Return the line that made a node, such as ``"train.py:12"``; ``""`` where it was not noted (see `source_lines`).

    A line of a notebook is ``"cell:3"``.

    Raises:
        TypeError: ``node`` is no `Value`.

    Example:
        >>> from autograd import Value, line_of
        >>> line_of(Value(1.0))
        ''
    """
    tag = _tag(node)
    if not tag.line:
        return ""
    return f"{'cell' if is_notebook_cell(tag.file) else Path(tag.file).name}:{tag.line}"


def code_of(node: Value) -> str:
    """Return the text of the line that made a node; ``""`` where it was not noted or the source is not at hand.

    Raises:
        TypeError: ``node`` is no `Value`.

    Example:
        >>> from autograd.provenance import code_of
        >>> from autograd import Value
        >>> code_of(Value(1.0))
        ''
    """
    tag = _tag(node)
    return linecache.getline(tag.file, tag.line).strip() if tag.line else ""


def _tag(node: Value) -> Tag:
    if not isinstance(node, Value):
        raise TypeError(f"where a Value was made can be told, not a {type(node).__name__} ({node!r:.60})")
    label = node._label
    return label if isinstance(label, Tag) else Tag(label, "")
