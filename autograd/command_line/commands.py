"""What each command of the command line answers."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from autograd.command_line.arguments import Arguments, UsageError
from autograd.command_line.program import Program
from autograd.command_line.report import Leaf, write_table, write_value
from autograd.finite_differences import FiniteDifference, finite_difference
from autograd.notation import shown
from autograd.value import Value, constant

MAX_STEPS: Final = 1_000_000  # operations spent on finite differences: a few seconds
WRONG: Final = 1  # exit code where a claim is wrong


def answer(arguments: Arguments) -> tuple[str, int]:
    """Do what was asked for; return what is to be printed, and the exit code.

    Raises:
        ValueError: with what is wrong with the arguments.

    Example:
        >>> from autograd.command_line.arguments import read_arguments
        >>> print(answer(read_arguments(["check", "x**2", "x=3", "--gradient", "x=6"]))[1])
        0
    """
    program = Program(arguments.expression, arguments.definitions)
    output, nodes = program.graph()
    if not isinstance(output, Value):
        output = constant(output)
    if output.op != "constant":
        output.backward()
    command = COMMANDS[arguments.command] if nodes else _nothing
    text, code, highlight = command(arguments, program, output, nodes)
    _write_pictures(output, arguments.pictures, highlight)
    lines = [write_value(program.expression.text, output.data), text, *(f"wrote {path}" for path in arguments.pictures)]
    return "\n".join(lines), code


Answer = tuple[str, int, Sequence[Any]]  # the text, the exit code, the paths to highlight in the picture


def _nothing(*_: object) -> Answer:
    return "no names, so there are no leaves and no gradient", 0, []


def _gradients(arguments: Arguments, program: Program, output: Value, nodes: Mapping[str, Value]) -> Answer:
    differences = _finite_differences(program)
    leaves = [
        Leaf(name, nodes[name].data, nodes[name].grad, difference)
        for name, difference in zip(program.leaves, differences, strict=True)
    ]
    return "\n" + write_table(leaves), 0, []


def _paths(arguments: Arguments, program: Program, output: Value, nodes: Mapping[str, Value]) -> Answer:
    from autograd.derivative_paths.paths import top_paths

    through = [_named(name, nodes, "--through") for name in arguments.through]
    found = [top_paths(output, node, arguments.top, through) for node in _wanted(arguments, program, nodes)]
    return "".join(f"\n{few}\n" for few in found).rstrip("\n"), 0, [path for few in found for path in few]


def _derive(arguments: Arguments, program: Program, output: Value, nodes: Mapping[str, Value]) -> Answer:
    from autograd.derivation.derive import derive

    return "".join(f"\n{derive(output, x)}\n" for x in _wanted(arguments, program, nodes)).rstrip("\n"), 0, []


def _check(arguments: Arguments, program: Program, output: Value, nodes: Mapping[str, Value]) -> Answer:
    from autograd.checking.judging import check

    if not arguments.gradients and not arguments.values:
        raise UsageError("nothing to check: add --gradient NAME=CLAIM or --value NAME=CLAIM")
    for option, claims in (("--gradient", arguments.gradients), ("--value", arguments.values)):
        for name in claims:
            _named(name, nodes, option)
    report = check(
        output,
        {nodes[name]: claim for name, claim in arguments.gradients.items()},
        {nodes[name]: claim for name, claim in arguments.values.items()},
    )
    return f"\n{report}", 0 if report.ok else WRONG, []


COMMANDS: Final[Mapping[str, Callable[[Arguments, Program, Value, Mapping[str, Value]], Answer]]] = {
    "gradients": _gradients,
    "paths": _paths,
    "derive": _derive,
    "check": _check,
}


def _wanted(arguments: Arguments, program: Program, nodes: Mapping[str, Value]) -> list[Value]:
    """Return the nodes to differentiate by: those named by ``--by``, else all leaves."""
    return [_named(name, nodes, "--by") for name in arguments.by or program.leaves]


def _named(name: str, nodes: Mapping[str, Value], option: str) -> Value:
    if name not in nodes:
        raise UsageError(f"{option} {shown(name)}: no such name here, only {', '.join(map(shown, [*nodes][:8]))}")
    return nodes[name]


class _TooManyStepsError(Exception):
    """The operations allowed for finite differences are used up."""


def _finite_differences(program: Program) -> list[FiniteDifference | None]:
    """Estimate the derivative by every leaf, as far as `MAX_STEPS` allow; ``None`` from there on."""
    numbers = list(program.numbers.values())
    left = MAX_STEPS

    def evaluate(*arguments: Value) -> Value | float:
        nonlocal left
        left -= len(program) + len(numbers)
        if left < 0:
            raise _TooManyStepsError
        result: Value | float = program.evaluate(dict(zip(program.leaves, arguments, strict=True)))
        return result

    differences: list[FiniteDifference | None] = []
    with contextlib.suppress(_TooManyStepsError):
        for index in range(len(numbers)):
            differences.append(finite_difference(evaluate, numbers, index))  # noqa: PERF401 - kept if a later one fails
    return differences + [None] * (len(numbers) - len(differences))


def _write_pictures(output: Value, paths: Sequence[str], highlight: Sequence[Any]) -> None:
    """Draw the graph into each of the files; `UsageError` where that is not possible, with no half-written file."""
    if not paths:
        return
    try:
        from autograd.pictures.drawing import draw
        from autograd.pictures.rendering import write

        kinds = {path.lower().endswith((".dot", ".gv")) for path in paths}
        # The picture of a large graph is a summary; its source, which some other program may lay out, is complete.
        limits: dict[bool, dict[str, Any]] = {True: {"limit": None}, False: {}}
        pictures = {source: draw(output, highlight=highlight or None, **limits[source]) for source in kinds}
    except (ImportError, ValueError) as error:
        raise UsageError(f"cannot draw the graph: {error}") from error
    for path in paths:
        try:
            write(pictures[path.lower().endswith((".dot", ".gv"))], path)
        except OSError as error:
            raise UsageError(f"cannot write {shown(path)!r}: {error.strerror or error}") from error
        except (ImportError, ValueError, RuntimeError) as error:
            raise UsageError(f"cannot draw {shown(path)!r}: {error}") from error
