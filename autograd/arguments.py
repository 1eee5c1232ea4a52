"""What was typed on the command line: taken apart, checked, and complained about in one line."""

from __future__ import annotations

import argparse
import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple, NoReturn

from autograd.notation import shown
from autograd.tokens import is_name

PROGRAM: Final = "python -m autograd"
_SUFFIXES: Final = {"--svg": (".svg",), "--png": (".png",), "--dot": (".dot", ".gv")}
_FLAGS: Final = ("-h", "--help", "--version")
_EXAMPLE: Final = f'{PROGRAM} "x**2 + sin(y)" x=3 y=0.5'


class UsageError(ValueError):
    """A command line that cannot be carried out; the message is the one line that is shown."""


class Arguments(NamedTuple):
    """A command line, read: the expression's text, the number given for each name, the files to draw into."""

    expression: str
    values: dict[str, float]
    pictures: list[str]
    version: bool
    help: str


def read_arguments(argv: Sequence[str]) -> Arguments:
    """Read a command line.

    Raises:
        UsageError: with what to type instead.

    Example:
        >>> from autograd.arguments import read_arguments
        >>> read_arguments(["-x**2", "x=-3", "--svg", "square.svg"])[:3]
        ('-x**2', {'x': -3.0}, ['square.svg'])
    """
    parser = _parser()
    options, operands = _separate(argv)
    read = parser.parse_args([*options, "--", *operands])
    if read.help or read.version:
        return Arguments("", {}, [], read.version, parser.format_help())
    if not operands:
        raise UsageError(f"an expression is missing: {_EXAMPLE}")
    if re.fullmatch(r"\s*\w+'*\s*=[^=].*", operands[0], re.DOTALL):
        raise UsageError(f"the expression comes first, then {shown(operands[0])}: {_EXAMPLE}")
    pictures = [_checked_path(f"--{kind}", path) for kind in ("svg", "png", "dot") for path in getattr(read, kind)]
    return Arguments(operands[0], _read_values(operands[1:]), pictures, False, "")


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Raise instead of printing the usage and leaving."""
        raise UsageError(message)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        PROGRAM,
        usage=f"{PROGRAM} EXPRESSION [NAME=NUMBER ...] [--svg FILE] [--png FILE] [--dot FILE]",
        description="Show the value of an expression, and its gradient beside a finite-difference figure.",
        epilog=f"example: {_EXAMPLE} --svg picture.svg",
        add_help=False,
    )
    parser.add_argument("expression", nargs="?", metavar="EXPRESSION", help="in quotes, such as 'tanh(w*x + b)'")
    parser.add_argument("values", nargs="*", metavar="NAME=NUMBER", help="a number for each name in the expression")
    for kind, what in (("svg", "the picture"), ("png", "the picture"), ("dot", "the picture's source")):
        parser.add_argument(f"--{kind}", action="append", default=[], metavar="FILE", help=f"write {what} to FILE")
    parser.add_argument("--version", action="store_true", help="print the version")
    parser.add_argument("-h", "--help", action="store_true", help="print this help")
    return parser


def _separate(argv: Sequence[str]) -> tuple[list[str], list[str]]:
    """Separate options from the rest, which may begin with a minus sign as ``-x**2`` does."""
    options: list[str] = []
    operands: list[str] = []
    arguments = iter(argv)
    for argument in arguments:
        option, equals, _ = argument.partition("=")
        if argument == "--":
            operands.extend(arguments)
        elif option in _SUFFIXES:
            options.append(argument if equals else f"{option}={_next(arguments, option)}")
        elif argument in _FLAGS:
            options.append(argument)
        elif re.match(r"--[a-z][a-z-]+(=|$)", argument):
            raise UsageError(
                f"unknown option {shown(argument)!r}: the options are {', '.join(_SUFFIXES)}, --version, --help; "
                "put brackets around an expression that begins with two minus signs"
            )
        else:
            operands.append(argument)
    return options, operands


def _next(arguments: Iterator[str], option: str) -> str:
    file = next(arguments, None)
    if file is None:
        raise UsageError(f"{option} must be followed by a file name: {option} picture{_SUFFIXES[option][0]}")
    return file


def _checked_path(option: str, path: object) -> str:
    suffixes = _SUFFIXES[option]
    if not isinstance(path, str):  # argparse gives a list for an option that is followed by "--"
        raise UsageError(f"{option} must be followed by a file name: {option} picture{suffixes[0]}")
    if Path(path).suffix.lower() not in suffixes:
        raise UsageError(f"{option} writes a file that ends in {' or '.join(suffixes)}, not {shown(path)!r}")
    return path


def _read_values(arguments: Sequence[str]) -> dict[str, float]:
    values: dict[str, float] = {}
    for argument in arguments:
        name, equals, number = argument.partition("=")
        if not equals:
            raise UsageError(
                f"cannot read {shown(argument)!r}: after the expression (in quotes, if it has spaces) come "
                "numbers for its names, as in x=3"
            )
        if not is_name(name):
            raise UsageError(f"cannot read {shown(argument)!r}: {shown(name)!r} is not a name; write it as in x=3")
        if name in values:
            raise UsageError(f"{shown(name)} is given twice")
        values[name] = _read_number(name, number)
    return values


def _read_number(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = None
    if number is None:
        raise UsageError(f"{shown(name)}={shown(text)}: {shown(text)!r} is not a number such as 2, -0.5 or 1e-3")
    if not math.isfinite(number):
        raise UsageError(f"{shown(name)}={shown(text)}: the number must be finite")
    return number
