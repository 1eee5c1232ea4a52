"""The command line: ``python -m autograd [COMMAND] EXPRESSION name=number …``.

Whatever goes wrong is told in one line on standard error, with exit code 2. Nothing that can be typed hangs: work
that grows faster than the expression (finite differences, layout) has a limit.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from typing import Final

from autograd.command_line.arguments import read_arguments
from autograd.command_line.commands import answer
from autograd.native import COMPILED
from autograd.version import VERSION

FAILED: Final = 2
INTERRUPTED: Final = 130
BROKEN_PIPE: Final = 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: the arguments; ``None`` for those that the program was started with.

    Returns:
        The exit code: 0; 1 if a claim that was to be checked is wrong; 2 after one line on standard error that says
        why there is no answer.

    Example:
        >>> from autograd.__main__ import main
        >>> main(["x**2 + 1", "x=3"])
        x**2 + 1 = 10
        <BLANKLINE>
        leaf   value   gradient   finite difference
        ───────────────────────────────────────────
        x          3          6                   6
        0
    """
    try:
        text, code = _answer(sys.argv[1:] if argv is None else argv)
        print(_encodable(text), flush=True)
    except ValueError as error:  # in this package, these are made for people
        return _complain(str(error))
    except BrokenPipeError:
        return _leave_pipe()
    except OSError as error:  # pictures report theirs themselves
        return _complain(f"cannot print the result: {error.strerror or error}")
    except KeyboardInterrupt:
        return INTERRUPTED
    return code


def _answer(argv: Sequence[str]) -> tuple[str, int]:
    arguments = read_arguments(argv)
    if arguments.version:
        return f"scalar-autograd {VERSION} ({'compiled' if COMPILED else 'interpreted'})", 0
    return (arguments.help.rstrip(), 0) if arguments.help else answer(arguments)


def _encodable(text: str) -> str:
    """Replace what the terminal's encoding cannot show, so that printing never fails."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def _complain(message: str) -> int:
    if sys.stderr is not None:
        with contextlib.suppress(OSError):
            print("error:", " ".join(message.split()), file=sys.stderr)
    return FAILED


def _leave_pipe() -> int:
    """Send what is still buffered nowhere, so that nothing is reported when the interpreter flushes it at its end."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return BROKEN_PIPE


if __name__ == "__main__":
    sys.exit(main())
