"""What was typed on the command line: taken apart, checked, and complained about in one line."""

from __future__ import annotations

import argparse
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple, NoReturn

from autograd.notation import shown
from autograd.tokens import is_name

PROGRAM: Final = "python -m autograd"
COMMANDS: Final = {
    "gradients": "the value, and the gradient by every leaf (the default)",
    "paths": "the derivative paths to a name, with what each contributes",
    "derive": "the chain rule in writing",
    "check": "judge gradients and values that somebody derived by hand",
}
_SUFFIXES: Final = {"--svg": (".svg",), "--png": (".png",), "--dot": (".dot", ".gv")}
# Options that are followed by something: by what, for which commands, what for.
_SETTINGS: Final[Mapping[str, tuple[str, Sequence[str], str]]] = {
    "--svg": ("FILE", tuple(COMMANDS), "write the picture to FILE"),
    "--png": ("FILE", tuple(COMMANDS), "write the picture to FILE"),
    "--dot": ("FILE", tuple(COMMANDS), "write the picture's source to FILE"),
    "--by": ("NAME", ("paths", "derive"), "paths, derive: differentiate by NAME (several times for several)"),
    "--through": ("NAME", ("paths",), "paths: only those through NAME"),
    "--top": ("NUMBER", ("paths",), "paths: how many to show, 10 if not said"),
    "--gradient": ("NAME=CLAIM", ("check",), "check: the gradient by NAME, a number or a formula"),
    "--value": ("NAME=CLAIM", ("check",), "check: the value of NAME, a number or a formula"),
}
_FLAGS: Final = ("-h", "--help", "--version")
_EXAMPLE: Final = f'{PROGRAM} "x**2 + sin(y)" x=3 y=0.5'
_HELP: Final = f"""\
examples:
  {PROGRAM} "x**2 + sin(y)" x=3 y=0.5 --svg picture.svg
  {PROGRAM} derive "(n - t)**2" n="tanh(w*x + b)" w=0.5 x=2 b=-1 t=1 --by w
  {PROGRAM} check "(n - t)**2" n="tanh(w*x + b)" w=0.5 x=2 b=-1 t=1 --gradient b="2*(n - t)"
"""


class UsageError(ValueError):
    """A command line that cannot be carried out; the message is the one line that is shown."""


class Arguments(NamedTuple):
    """A command line, read.

    Attributes:
        command: one of `COMMANDS`.
        expression: its text.
        definitions: what was given for each name: a number, or the text of an expression.
        pictures: the files to draw into.
        by: the names to differentiate by; none for all.
        through: the names that paths have to go through.
        top: how many paths to show.
        gradients: the gradients that somebody claims, by name.
        values: the values that somebody claims, by name.
        version: whether the version is asked for.
        help: the help, where that is to be printed.
    """

    command: str
    expression: str = ""
    definitions: Mapping[str, float | str] = {}
    pictures: Sequence[str] = ()
    by: Sequence[str] = ()
    through: Sequence[str] = ()
    top: int = 10
    gradients: Mapping[str, str] = {}
    values: Mapping[str, str] = {}
    version: bool = False
    help: str = ""


def read_arguments(argv: Sequence[str]) -> Arguments:
    """Read a command line.

    Raises:
        UsageError: with what to type instead.

    Example:
        >>> from autograd.command_line.arguments import read_arguments
        >>> read = read_arguments(["derive", "-n**2", "n=x + 1", "x=-3", "--by", "x"])
        >>> read.command, read.expression, read.definitions, read.by
        ('derive', '-n**2', {'n': 'x + 1', 'x': -3.0}, ['x'])
    """
    command, rest = (argv[0], argv[1:]) if argv and argv[0] in COMMANDS else ("gradients", argv)
    parser = _parser()
    options, operands = _separate(rest, command)
    read = parser.parse_args([*options, "--", *operands])
    if read.help or read.version:
        return Arguments(command, version=read.version, help=parser.format_help())
    if not operands:
        raise UsageError(f"an expression is missing: {_EXAMPLE}")
    if re.fullmatch(r"\s*\w+'*\s*=[^=].*", operands[0], re.DOTALL):
        raise UsageError(f"the expression comes first, then {shown(operands[0])}: {_EXAMPLE}")
    return Arguments(
        command,
        expression=operands[0],
        definitions={name: _read_number(name, text) for name, text in _read_definitions(operands[1:]).items()},
        pictures=[_checked_path(f"--{kind}", path) for kind in ("svg", "png", "dot") for path in getattr(read, kind)],
        by=read.by,
        through=read.through,
        top=_read_count(read.top),
        gradients=_read_claims("--gradient", read.gradient),
        values=_read_claims("--value", read.value),
    )


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Raise instead of printing the usage and leaving."""
        raise UsageError(message)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        PROGRAM,
        usage=f"{PROGRAM} [COMMAND] EXPRESSION [NAME=NUMBER ...] [NAME=EXPRESSION ...] [OPTION ...]",
        description="commands:\n" + "".join(f"  {name:20}  {what}\n" for name, what in COMMANDS.items()),
        epilog=_HELP,
        add_help=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("expression", nargs="?", metavar="EXPRESSION", help="in quotes, such as 'tanh(w*x + b)'")
    what = "what each name stands for; an expression makes a node that has a name"
    parser.add_argument("definitions", nargs="*", metavar="NAME=…", help=what)
    for option, (word, _, purpose) in _SETTINGS.items():
        parser.add_argument(option, action="append", default=[], metavar=word, help=purpose)
    parser.add_argument("--version", action="store_true", help="print the version")
    parser.add_argument("-h", "--help", action="store_true", help="print this help")
    return parser


def _separate(argv: Sequence[str], command: str) -> tuple[list[str], list[str]]:
    """Separate options from the rest, which may begin with a minus sign as ``-x**2`` does."""
    options: list[str] = []
    operands: list[str] = []
    arguments = iter(argv)
    for argument in arguments:
        option, equals, _ = argument.partition("=")
        if argument == "--":
            operands.extend(arguments)
        elif option in _SETTINGS:
            _require_command(option, command)
            options.append(argument if equals else f"{option}={_next(arguments, option)}")
        elif argument in _FLAGS:
            options.append(argument)
        elif re.match(r"--[a-z][a-z-]+(=|$)", argument):
            raise UsageError(
                f"unknown option {shown(argument)!r}: the options are {', '.join(_SETTINGS)}, --version, --help; "
                "put brackets around an expression that begins with two minus signs"
            )
        else:
            operands.append(argument)
    return options, operands


def _require_command(option: str, command: str) -> None:
    commands = _SETTINGS[option][1]
    if command not in commands:
        raise UsageError(f"{option} belongs to {' and '.join(commands)}: {PROGRAM} {commands[0]} EXPRESSION … {option}")


def _next(arguments: Iterator[str], option: str) -> str:
    following = next(arguments, None)
    if following is None:
        raise UsageError(_followed(option))
    return following


def _followed(option: str) -> str:
    if option in _SUFFIXES:
        return f"{option} must be followed by a file name: {option} picture{_SUFFIXES[option][0]}"
    examples = {"NAME": "x", "NUMBER": "5", "NAME=CLAIM": "x=0.25"}
    return f"{option} must be followed by {_SETTINGS[option][0]}: {option} {examples[_SETTINGS[option][0]]}"


def _checked_path(option: str, path: object) -> str:
    suffixes = _SUFFIXES[option]
    if not isinstance(path, str):  # argparse gives a list for an option that is followed by "--"
        raise UsageError(_followed(option))
    if Path(path).suffix.lower() not in suffixes:
        raise UsageError(f"{option} writes a file that ends in {' or '.join(suffixes)}, not {shown(path)!r}")
    return path


def _read_definitions(arguments: Sequence[str]) -> dict[str, str]:
    definitions: dict[str, str] = {}
    for argument in arguments:
        name, equals, text = argument.partition("=")
        if not equals:
            raise UsageError(
                f"cannot read {shown(argument)!r}: after the expression (in quotes, if it has spaces) come "
                "numbers for its names, as in x=3"
            )
        if not is_name(name):
            raise UsageError(f"cannot read {shown(argument)!r}: {shown(name)!r} is not a name; write it as in x=3")
        if name in definitions:
            raise UsageError(f"{shown(name)} is given twice")
        definitions[name] = text
    return definitions


def _read_number(name: str, text: str) -> float | str:
    """Return a number, or the text as it is: of an expression."""
    try:
        number = float(text)
    except ValueError:
        return text
    if not math.isfinite(number):
        raise UsageError(f"{shown(name)}={shown(text)}: the number must be finite")
    return number


def _read_claims(option: str, arguments: Sequence[object]) -> dict[str, str]:
    claims: dict[str, str] = {}
    for argument in arguments:
        name, equals, claim = argument.partition("=") if isinstance(argument, str) else ("", "", "")
        if not equals or not is_name(name) or not claim.strip():
            raise UsageError(_followed(option))
        if name in claims:
            raise UsageError(f"{option} {shown(name)} is given twice")
        claims[name] = claim
    return claims


def _read_count(arguments: Sequence[object]) -> int:
    """Return the last of the numbers given for ``--top``, which is 10 if none is."""
    text = arguments[-1] if arguments else "10"
    if not isinstance(text, str) or not re.fullmatch(r"[0-9]{1,6}", text) or int(text) == 0:
        raise UsageError(f"--top takes a whole number from 1 to 999999, not {shown(str(text))!r}")
    return int(text)
