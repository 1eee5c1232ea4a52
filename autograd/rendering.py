"""Turning DOT source into pictures, with or without Graphviz's ``dot`` program on the machine.

The ``dot`` program is used where there is one; else the layout libraries that `pygraphviz`'s wheel carries. Those
run in a process of their own, as ``dot`` does: they are C libraries full of global state that would block all other
threads and Ctrl-C while they work, write their errors to the terminal, and take the interpreter along if they crash.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import graphviz

from autograd.errors import MissingExtraError

FORMATS = ("svg", "png", "pdf")
SOURCE_SUFFIXES = (".dot", ".gv")

# Nodes, constants and edges. Layout time grows with the square: a graph of this size takes some ten seconds.
LIMIT = 5_000
TIMEOUT = 120.0  # seconds; for sources whose size says nothing
DPI = "192"  # of PNG: sharp on screens of two pixels per point

_CHILD = """
import sys
sys.path.append(sys.argv[2])
try:
    from pygraphviz import AGraph
except ImportError as error:
    sys.exit(f"pygraphviz: {error}")
graph = AGraph(string=sys.stdin.buffer.read().decode("utf-8"))
if sys.argv[1] == "png" and not graph.graph_attr["dpi"]:
    graph.graph_attr["dpi"] = sys.argv[3]
sys.stdout.buffer.write(graph.draw(format=sys.argv[1], prog="dot"))
"""


def render(source: str, format: str) -> bytes:
    """Lay out DOT source and return the picture.

    The same source gives the same bytes (with the same version of Graphviz and the same fonts): dates, versions and
    comments are left out. An SVG picture is one element that refers to nothing outside itself.

    Args:
        source: a graph in the DOT language.
        format: ``"svg"``, ``"png"`` or ``"pdf"``.

    Raises:
        ValueError: an unknown format, or Graphviz cannot read the source.
        MissingExtraError: there is neither a ``dot`` program nor `pygraphviz`.
        TimeoutError: the layout took too long.
        RuntimeError: Graphviz crashed.

    Example:
        >>> from autograd.rendering import render
        >>> render("digraph { a -> b }", "svg")[:4]
        b'<svg'
    """
    if format not in FORMATS:
        raise ValueError(f"cannot draw as {format!r}: the formats are {', '.join(FORMATS)}")
    picture = _run(_command(format), source)
    if format == "svg":
        return clean_svg(picture.decode("utf-8")).encode("utf-8")
    return _undated(picture) if format == "pdf" else picture


def write(graph: str | graphviz.Digraph, path: str | os.PathLike[str]) -> None:
    """Write a graph to a file in the format that the file's suffix names.

    The file is complete or untouched: whatever fails leaves an existing file as it was.

    Args:
        graph: what `autograd.draw` gives, any graph of the `graphviz` package, or DOT source.
        path: a file ending in ``.svg``, ``.png``, ``.pdf``, or in ``.dot`` or ``.gv`` for the source itself.

    Raises:
        ValueError: another suffix, or the graph cannot be drawn (see `render`).
        MissingExtraError: there is neither a ``dot`` program nor `pygraphviz`.
        OSError: the file cannot be written.

    Example:
        >>> from autograd.rendering import write
        >>> write("digraph { a -> b }", "graph.txt")
        Traceback (most recent call last):
        ...
        ValueError: cannot tell the format from 'graph.txt': the suffixes are .svg, .png, .pdf, .dot, .gv
    """
    suffix = Path(path).suffix.lower()
    if suffix in SOURCE_SUFFIXES:
        content = (graph if isinstance(graph, str) else str(graph.source)).encode("utf-8")
    elif suffix[1:] in FORMATS:
        content = graph.pipe(suffix[1:]) if isinstance(graph, Picture) else render(_source(graph), suffix[1:])
    else:
        known = ", ".join([*(f".{format}" for format in FORMATS), *SOURCE_SUFFIXES])
        raise ValueError(f"cannot tell the format from {os.fspath(path)!r}: the suffixes are {known}")
    replace_file(Path(path), content)
