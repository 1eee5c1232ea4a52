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
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import graphviz

from autograd.errors import MissingExtraError

FORMATS = ("svg", "png", "pdf")
SOURCE_SUFFIXES = (".dot", ".gv")

LIMIT = 4_000  # nodes and edges: the time grows with their square, to half a minute for the most tangled graph
TIMEOUT = 120.0  # seconds
DPI = "192"  # of PNG: sharp where a point is two pixels
LARGE, LARGE_DPI = 500, "96"  # from so many edges on, half of it: image viewers refuse to open what is larger

# What runs in the process with the wheel's libraries: source in, picture out.
_CHILD = """
import sys
format, folder, dpi = sys.argv[1:]
sys.path.append(folder)
from pygraphviz import AGraph
graph = AGraph(string=sys.stdin.buffer.read().decode("utf-8"))
if format == "png" and not graph.graph_attr.get("dpi"):
    graph.graph_attr["dpi"] = dpi
sys.stdout.buffer.write(graph.draw(format=format, prog="dot"))
"""


def render(source: str, format: str) -> bytes:
    """Lay out DOT source and return the picture.

    The same source gives the same bytes (from one version of Graphviz, with the same fonts): dates, version numbers
    and comments are left out. An SVG picture refers to nothing outside itself.

    Args:
        source: a graph in the DOT language.
        format: ``"svg"``, ``"png"`` or ``"pdf"``.

    Raises:
        ValueError: an unknown format, or Graphviz cannot read the source.
        MissingExtraError: there is neither a ``dot`` program nor `pygraphviz`.
        TimeoutError: the layout took too long.
        RuntimeError: Graphviz crashed.

    Example:
        >>> from autograd.pictures.rendering import render
        >>> render("digraph { a -> b }", "svg")[:4]
        b'<svg'
    """
    if format not in FORMATS:
        raise ValueError(f"cannot draw as {format!r}: the formats are {', '.join(FORMATS)}")
    picture = _run(_command(format, DPI if source.count("->") < LARGE else LARGE_DPI), source.encode("utf-8"))
    if format == "svg":
        return _cleaned_svg(picture.decode("utf-8")).encode("utf-8")
    return _undated_pdf(picture) if format == "pdf" else picture


def write(graph: str | graphviz.Digraph, path: str | os.PathLike[str]) -> None:
    """Write a graph to a file, in the format that the file's suffix names.

    The file is written completely or not at all: a failure leaves an existing file as it was.

    Args:
        graph: what `autograd.draw` returns, any graph of the `graphviz` package, or DOT source.
        path: a file ending in ``.svg``, ``.png`` or ``.pdf``, or in ``.dot`` or ``.gv`` for the source itself.

    Raises:
        ValueError: another suffix, or the graph cannot be drawn (see `render`) or is too large.
        MissingExtraError: there is neither a ``dot`` program nor `pygraphviz`.
        OSError: the file cannot be written.

    Example:
        >>> from autograd.pictures.rendering import write
        >>> write("digraph { a -> b }", "graph.txt")
        Traceback (most recent call last):
        ...
        ValueError: cannot tell the format from 'graph.txt': the suffixes are .svg, .png, .pdf, .dot, .gv
    """
    suffix = Path(path).suffix.lower()
    source = graph if isinstance(graph, str) else str(graph.source)
    if suffix in SOURCE_SUFFIXES:
        content = source.encode("utf-8")
    elif suffix[1:] not in FORMATS:
        raise ValueError(_unknown_suffix(os.fspath(path)))
    else:
        if isinstance(graph, Picture):
            graph.require_drawable()
        content = render(source, suffix[1:])
    replace_file(Path(path), content)


def _unknown_suffix(path: str) -> str:
    known = ", ".join([*(f".{format}" for format in FORMATS), *SOURCE_SUFFIXES])
    return f"cannot tell the format from {path!r}: the suffixes are {known}"


class Picture(graphviz.Digraph):  # type: ignore[misc]  # the package is not typed
    """A `graphviz.Digraph` that shows itself, and is rendered, with or without a ``dot`` program.

    Example:
        >>> from autograd import Picture
        >>> picture = Picture()
        >>> picture.edge("a", "b")
        >>> picture.pipe("svg", encoding="utf-8")[:4]
        '<svg'
    """

    def __repr__(self) -> str:
        """Say how much is in the picture, and how to see it."""
        edges = sum("->" in line and "style=invis" not in line for line in self.body)
        return f"<picture of {edges:,} edges: it shows itself in a notebook, .save('graph.svg') writes it>"

    def require_drawable(self) -> None:
        """Raise `ValueError` if the layout would take unreasonably long."""
        if len(self.body) > LIMIT:
            raise ValueError(
                f"{len(self.body):,} nodes and edges are too many to lay out (the limit is {LIMIT:,}): draw a part of "
                "the graph, or write the source to a .dot file for a program made for large graphs"
            )

    def save(
        self,
        filename: str | os.PathLike[str] | None = None,
        directory: str | os.PathLike[str] | None = None,
        **options: Any,
    ) -> str:
        """Write the picture to a .svg, .png or .pdf file, the source to a .dot or .gv file; return the path.

        As in `graphviz`, the source is also what a name without a suffix gets.

        Raises:
            ValueError: another suffix: a file of another kind is not to be overwritten.
        """
        suffix = "" if filename is None else Path(filename).suffix.lower()
        if suffix[1:] not in FORMATS:
            if suffix not in ("", *SOURCE_SUFFIXES):
                raise ValueError(_unknown_suffix(os.fspath(filename or "")))
            return str(super().save(filename, directory=directory, **options))
        path = Path(directory or "", filename or "")
        write(self, path)
        return str(path)

    def pipe(self, format: str | None = None, *, encoding: str | None = None, **options: Any) -> bytes | str:
        """Return the picture, as text if an ``encoding`` is given; in the graph's own ``format`` if none is.

        Formats and options beyond `autograd.pictures.rendering.render`'s are passed on to ``dot``.
        """
        format = format or self.format
        if not _is_plain(format, options):
            piped: bytes | str = super().pipe(format, encoding=encoding, **options)
            return piped
        self.require_drawable()
        content = render(self.source, format)
        return content if encoding is None else content.decode(encoding)

    def render(
        self,
        filename: str | os.PathLike[str] | None = None,
        directory: str | os.PathLike[str] | None = None,
        *,
        view: bool = False,
        cleanup: bool = False,
        format: str | None = None,
        outfile: str | os.PathLike[str] | None = None,
        **options: Any,
    ) -> str:
        """Save the source and write the picture beside it, as `graphviz.Digraph.render` does; return its path.

        Formats and options beyond `autograd.pictures.rendering.render`'s are passed on to ``dot``. `write` writes the
        picture alone.
        """
        given = {"filename": filename, "directory": directory, "view": view, "cleanup": cleanup, "outfile": outfile}
        suffix = Path(outfile).suffix[1:] if outfile is not None else ""
        if not _is_plain(format or suffix or self.format, options):
            return str(super().render(**given, format=format, **options))
        self.require_drawable()
        target = None if outfile is None else Path(directory or self.directory, outfile)
        if target is not None:
            filename, directory = filename or target.with_suffix(".gv").name, directory or target.parent
        source = Path(self.save(filename, directory=directory))
        target = target or source.with_name(f"{source.name}.{format or self.format}")
        replace_file(target, render(self.source, format or suffix or self.format))
        if cleanup:
            source.unlink()
        if view:
            self._view(str(target), format=target.suffix[1:], quiet=False)
        return str(target)

    def _repr_mimebundle_(
        self, include: Iterable[str] | None = None, exclude: Iterable[str] | None = None, **options: Any
    ) -> dict[str, bytes | str]:
        """Show the picture in a notebook; where that is not possible, say why."""
        try:
            bundle: dict[str, bytes | str] = super()._repr_mimebundle_(include, exclude, **options)
        except (ValueError, ImportError, OSError, RuntimeError) as error:
            return {"text/plain": f"{type(error).__name__}: {error}"}
        return bundle


def _is_plain(format: str, options: Mapping[str, object]) -> bool:
    """Tell whether `render` can do what is asked for; the rest needs the ``dot`` program."""
    return format in FORMATS and all(option is None or option is False for option in options.values())


def _command(format: str, dpi: str) -> list[str]:
    """Return the command that reads DOT from standard input and writes a picture to standard output."""
    program = shutil.which("dot")
    if program is not None:
        return [program, f"-T{format}", *([f"-Gdpi={dpi}"] if format == "png" else [])]
    folder = _wheel_folder()
    if folder is None:
        raise MissingExtraError(
            "drawing needs Graphviz: install its dot program (https://graphviz.org/download) or `pip install "
            "pygraphviz` (version 2 or later, whose wheels bring it along); without either, .dot files can be written"
        )
    return [sys.executable, "-I", "-c", _CHILD, format, folder, dpi]


def _wheel_folder() -> str | None:
    """Return the folder from which a `pygraphviz` with its own libraries can be imported, without importing it."""
    try:
        spec = importlib.util.find_spec("pygraphviz")
        version = importlib.metadata.version("pygraphviz")
    except (ImportError, ValueError):
        return None
    if spec is None or spec.origin is None or int(version.partition(".")[0]) < 2:
        return None
    return str(Path(spec.origin).parent.parent)


def _run(command: list[str], source: bytes) -> bytes:
    """Run a program that lays out; every way in which it can fail is an exception of its own."""
    flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # on Windows: no console flashes up
    try:
        done = subprocess.run(command, input=source, capture_output=True, timeout=TIMEOUT, creationflags=flags)
    except subprocess.TimeoutExpired:
        raise TimeoutError(
            f"the layout was given up after {TIMEOUT:g} seconds: draw a smaller graph, or write its source to a file"
        ) from None
    messages = done.stderr.decode("utf-8", "replace")
    errors = re.findall(r"^Error: *(.+)$", messages, re.MULTILINE)
    if errors:
        raise ValueError(f"Graphviz cannot draw this source: {errors[0]}")
    if done.returncode != 0 or not done.stdout:
        last = messages.strip().rpartition("\n")[2] or "no message"
        raise RuntimeError(f"Graphviz failed with exit code {done.returncode}: {last}")
    return done.stdout


def _cleaned_svg(svg: str) -> str:
    """Drop what precedes the svg element, which names a file on another machine, and the comments."""
    return re.sub(r"<!--.*?-->\n?", "", svg[svg.index("<svg") :], flags=re.DOTALL)


def _undated_pdf(pdf: bytes) -> bytes:
    """Set the creation date to a constant of the same length: a PDF holds the offsets of its parts."""
    return re.sub(rb"(?<=/CreationDate \(D:)\d{14}", b"20000101000000", pdf)


def replace_file(path: Path, content: bytes) -> None:
    """Write a file by way of another one in the same folder, so that it is never there in part."""
    path = path.resolve()  # a link keeps pointing to the file it names
    if path.is_dir():
        raise IsADirectoryError(f"{str(path)!r} is a folder")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"no such folder: {str(path.parent)!r}")
    temporary = path.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(content)
        if path.exists():
            shutil.copymode(path, temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
