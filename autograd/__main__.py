"""The command line: ``python -m autograd EXPRESSION name=number …``.

Whatever goes wrong is told in one line on standard error, with exit code 2. Nothing that can be typed hangs: work
that grows faster than the expression (finite differences, layout) has a limit.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Final

from autograd.arguments import Arguments, UsageError, read_arguments
from autograd.errors import DomainError
from autograd.expression import Expression, ExpressionError, parse
from autograd.finite_differences import FiniteDifference, finite_difference
from autograd.native import COMPILED
from autograd.notation import function, shown
from autograd.report import Leaf, write_table, write_value
from autograd.traversal import topological_order
from autograd.value import Value, constant
from autograd.version import VERSION

MAX_STEPS: Final = 1_000_000  # operations spent on finite differences: a few seconds
MAX_NODES: Final = 600  # in a picture: what is laid out in seconds, even where one leaf is used everywhere
MAX_EDGES: Final = 1_200

FAILED: Final = 2
INTERRUPTED: Final = 130
BROKEN_PIPE: Final = 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: the arguments; ``None`` for those that the program was started with.

    Returns:
        The exit code: 0, or 2 after one line on standard error that says what is wrong.

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
        text = _answer(read_arguments(sys.argv[1:] if argv is None else argv))
        print(_encodable(text), flush=True)
    except (UsageError, ExpressionError, DomainError) as error:
        return _complain(str(error))
    except BrokenPipeError:
        return _leave_pipe()
    except OSError as error:  # pictures report theirs themselves
        return _complain(f"cannot print the result: {error.strerror or error}")
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def _version() -> str:
    """Say which version this is, and which build of it."""
    return f"scalar-autograd {VERSION} ({'compiled' if COMPILED else 'interpreted'})"


def _answer(arguments: Arguments) -> str:
    """Do what was asked for; return what is to be printed."""
    if arguments.help:
        return _version() if arguments.version else arguments.help.rstrip()
    expression = parse(arguments.expression)
    _check_names(expression, arguments.values)
    names = [name for name in (*expression.names, *expression.constants) if name in arguments.values]
    numbers = [arguments.values[name] for name in names]
    value = expression.evaluate(arguments.values)  # on floats first: their errors name no line of code
    variables = [Value(number, name) for name, number in zip(names, numbers, strict=True)]
    output = expression.evaluate(dict(zip(names, variables, strict=True)))
    if isinstance(output, Value):
        output.backward()
    _write_pictures(output if isinstance(output, Value) else constant(output), arguments.pictures)
    return "\n".join(
        [
            write_value(expression.text, value),
            *_describe_leaves(expression, variables),
            *(f"wrote {path}" for path in arguments.pictures),
        ]
    )


def _check_names(expression: Expression, values: Mapping[str, float]) -> None:
    """Raise `UsageError` unless exactly the names of the expression have values."""
    known = {*expression.names, *expression.constants}
    missing = [name for name in expression.names if name not in values]
    superfluous = [name for name in values if name not in known]
    problems = []
    if missing:
        problems.append(f"no value for {_list(missing)}: add {_list([f'{name}=NUMBER' for name in missing], ' ')}")
        called = next(filter(function, missing), None)
        if called:
            problems.append(f"or, if {called} is meant to be the function, write {called}(…)")
    if superfluous:
        has = f"whose names are {_list(expression.names)}" if expression.names else "which has no names"
        problems.append(f"{_list(superfluous)} {'is' if len(superfluous) == 1 else 'are'} not in the expression, {has}")
    if problems:
        raise UsageError("; ".join(problems))


def _list(names: Sequence[str], separator: str = ", ") -> str:
    few = [shown(name) for name in names[:8]]
    return separator.join([*few, "…"] if len(names) > len(few) else few)


def _describe_leaves(expression: Expression, variables: Sequence[Value]) -> list[str]:
    """Return the table of leaves, or the sentence that there are none."""
    if not variables:
        return ["no names, so there are no leaves and no gradient"]
    differences = _finite_differences(expression, variables)
    leaves = [
        Leaf(variable.label, variable.data, variable.grad, difference)
        for variable, difference in zip(variables, differences, strict=True)
    ]
    return ["", write_table(leaves)]


class _TooManyStepsError(Exception):
    """The operations allowed for finite differences are used up."""


def _finite_differences(expression: Expression, variables: Sequence[Value]) -> list[FiniteDifference | None]:
    """Estimate the derivative by every variable, as far as `MAX_STEPS` allow; ``None`` from there on."""
    names = [variable.label for variable in variables]
    numbers = [variable.data for variable in variables]
    left = MAX_STEPS

    def evaluate(*arguments: Value) -> Value | float:
        nonlocal left
        left -= len(expression) + len(names)
        if left < 0:
            raise _TooManyStepsError
        return expression.evaluate(dict(zip(names, arguments, strict=True)))

    differences: list[FiniteDifference | None] = []
    with contextlib.suppress(_TooManyStepsError):
        for index in range(len(names)):
            differences.append(finite_difference(evaluate, numbers, index))  # noqa: PERF401 - kept if a later one fails
    return differences + [None] * (len(names) - len(differences))


def _write_pictures(output: Value, paths: Sequence[str]) -> None:
    """Draw the graph into each of the files; `UsageError` where that is not possible, with no half-written file."""
    if not paths:
        return
    if any(not path.lower().endswith((".dot", ".gv")) for path in paths):
        _check_size(output)
    try:
        from autograd.drawing import draw
        from autograd.rendering import write

        picture = draw(output)
    except (ImportError, ValueError) as error:
        raise UsageError(f"cannot draw the graph: {error}") from error
    for path in paths:
        try:
            write(picture, path)
        except OSError as error:
            raise UsageError(f"cannot write {shown(path)!r}: {error.strerror or error}") from error
        except (ImportError, ValueError, RuntimeError) as error:
            raise UsageError(f"cannot draw {shown(path)!r}: {error}") from error


def _check_size(output: Value) -> None:
    """Refuse a graph whose layout would take minutes or more."""
    nodes = topological_order([output])
    edges = sum(len(node.operands) for node in nodes)
    if len(nodes) > MAX_NODES or edges > MAX_EDGES:
        raise UsageError(
            f"the graph has {len(nodes):,} nodes and {edges:,} edges, too many to lay out (at most {MAX_NODES:,} and "
            f"{MAX_EDGES:,}): write its source with --dot FILE instead"
        )


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
