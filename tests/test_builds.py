"""The two builds, interpreted and compiled: the same bits, words and docstrings; and nothing crashes either.

What may crash, and what is to be compared, runs in processes of its own: the programs in `build_programs`.
"""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import itertools
import json
import os
import pickle
import subprocess
import sys
import types
from collections.abc import Callable, Iterator
from enum import StrEnum
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import Any

import pytest

import autograd
from autograd import Primitive, Value, topological_order
from tests.build_programs.deep_chains import WAYS
from tests.build_programs.disturbances import DISTURBANCES
from tests.build_programs.misuse import MISUSES

ROOT = Path(__file__).parent.parent
PACKAGE = Path(autograd.__file__).parent


def compiled_files() -> list[str]:
    """Read from setup.py what is compiled, where it can be."""
    for statement in ast.parse((ROOT / "setup.py").read_text()).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "TYPED":
            return list(ast.literal_eval(statement.value))
    raise AssertionError("setup.py has no TYPED")


FILES = compiled_files()
SOURCES = [file for file in FILES if file.endswith(".py")]
THERE_IS_A_COMPILED_BUILD = any((PACKAGE / f"native{suffix}").exists() for suffix in EXTENSION_SUFFIXES)
both_builds = pytest.mark.skipif(not THERE_IS_A_COMPILED_BUILD, reason="only the plain build is here")


# Processes ------------------------------------------------------------------------------------------------------------


def run(program: str, *arguments: str, pure: bool | None = None, seconds: float = 100.0) -> str:
    """Run one of `build_programs` and return what it prints; a crash, an error or a hang fails the test.

    Args:
        program: its name.
        *arguments: its command line.
        pure: whether it is to take the plain build; ``None``: the one that the tests run on.
        seconds: after which it hangs.
    """
    pure = not autograd.compiled if pure is None else pure
    environment = {**os.environ, "AUTOGRAD_PURE": "1" if pure else "", "PYTHONHASHSEED": "0", "PYTHONUTF8": "1"}
    command = [sys.executable, "-X", "faulthandler", "-m", f"tests.build_programs.{program}", *arguments]
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", errors="replace", timeout=seconds
        )
    except subprocess.TimeoutExpired as expired:
        printed = (expired.stdout or b"").decode("utf-8", "replace")
        raise AssertionError(f"{' '.join(command)} hangs; it last printed\n{printed[-500:]}") from None
    last = f"it last printed\n{done.stdout[-500:]}\n{done.stderr[-3000:]}"
    assert done.returncode == 0, f"{' '.join(command)} ended with {done.returncode}; {last}"
    return done.stdout


# Where modules come from ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", FILES)
def test_all_modules_are_of_the_build_that_is_announced(file: str) -> None:
    origin = importlib.import_module(f"autograd.{Path(file).stem}").__file__
    assert origin is not None
    assert origin.endswith(tuple(EXTENSION_SUFFIXES)) == autograd.compiled
    assert origin.endswith(".py") != autograd.compiled


def test_the_sources_are_taken_where_they_are_asked_for() -> None:
    assert not (os.environ.get("AUTOGRAD_PURE") and autograd.compiled)
    assert autograd.compiled == (THERE_IS_A_COMPILED_BUILD and not os.environ.get("AUTOGRAD_PURE"))


# Docstrings and signatures --------------------------------------------------------------------------------------------


def definitions(body: list[ast.stmt], owner: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    """Yield the path, definition and run-time object of every class and function, methods and properties too."""
    for node in body:
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and not is_setter(node):
            found = inspect.getattr_static(owner, node.name)
            found = getattr(found, "__func__", found)  # of a static method
            yield f"{path}.{node.name}", node, found
            if isinstance(node, ast.ClassDef):
                yield from definitions(node.body, found, f"{path}.{node.name}")


def is_setter(node: ast.ClassDef | ast.FunctionDef) -> bool:
    return any(isinstance(d, ast.Attribute) and d.attr == "setter" for d in node.decorator_list)


@functools.cache
def defined_in(file: str) -> list[tuple[str, Any, Any]]:
    module = importlib.import_module(f"autograd.{Path(file).stem}")
    tree = ast.parse((PACKAGE / file).read_text(encoding="utf-8"))
    return [("module", tree, module), *definitions(tree.body, module, module.__name__)]


def is_special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


@pytest.mark.parametrize("file", SOURCES)
def test_docstrings_are_those_of_the_source(file: str) -> None:
    wrong = []
    for path, node, found in defined_in(file):
        written = ast.get_docstring(node)
        name = path.rpartition(".")[2]
        if name == "__bool__" or (written is None and is_special(name)):  # Python lends one of its own
            continue
        present = None if found.__doc__ is None else inspect.cleandoc(found.__doc__)
        if present != written:
            wrong.append((path, written, present))
    assert wrong == []


def test_special_methods_have_docstrings_of_their_own() -> None:
    assert Value.__add__.__doc__ == "Self + other."
    assert Value.__rpow__.__doc__ == "Other ** self."
    assert Value.__float__.__doc__ == "Refuse, with what to write instead."
    assert Value.__init__.__doc__ == "Make a leaf."


def shown_parameters(signature: inspect.Signature) -> list[tuple[str, str, object]]:
    return [(name, parameter.kind.name, parameter.default) for name, parameter in signature.parameters.items()]


def written_parameters(node: ast.FunctionDef, names: dict[str, Any]) -> list[tuple[str, str, object]]:
    """Return what the source says of parameters: names, kinds and defaults."""
    header = ast.unparse(
        ast.FunctionDef(node.name, without_annotations(node.args), [ast.Pass()], [], lineno=1, col_offset=0)
    )
    scope: dict[str, Any] = {}
    exec(header, dict(names), scope)
    return shown_parameters(inspect.signature(scope[node.name]))


def without_annotations(arguments: ast.arguments) -> ast.arguments:
    for argument in ast.walk(arguments):
        if isinstance(argument, ast.arg):
            argument.annotation = None
    return arguments


def signature_of(path: str, found: object) -> inspect.Signature | None:
    """Return the signature; ``None`` for a property, and for a special method in C, which Python describes."""
    if isinstance(found, property) or inspect.isgetsetdescriptor(found):
        return None
    in_c = isinstance(found, (types.WrapperDescriptorType, types.MethodDescriptorType))
    if in_c and is_special(path.rpartition(".")[2]):
        return None
    assert callable(found)
    return inspect.signature(found)


@pytest.mark.parametrize("file", SOURCES)
def test_parameters_are_those_of_the_source(file: str) -> None:
    wrong, seen = [], 0
    for path, node, found in defined_in(file):
        signature = signature_of(path, found) if isinstance(node, ast.FunctionDef) else None
        if signature is not None:
            seen += 1
            written = written_parameters(node, vars(importlib.import_module(f"autograd.{Path(file).stem}")))
            if repr(shown_parameters(signature)) != repr(written):
                wrong.append((path, written, signature))
    assert wrong == []
    assert seen or file == "switch.py"


# Comparing the builds -------------------------------------------------------------------------------------------------


@both_builds
def test_the_same_bits() -> None:
    interpreted, compiled = (run("bits", pure=pure).splitlines() for pure in (True, False))
    assert len(interpreted) > 25_000
    for number, (left, right) in enumerate(itertools.zip_longest(interpreted, compiled)):
        assert left == right, f"line {number}"


@functools.cache
def what_is_said(pure: bool) -> dict[str, list[tuple[str, str, str]]]:
    report = json.loads(run("wrong_uses", pure=pure))
    return {kind: [tuple(entry) for entry in entries] for kind, entries in report.items()}


@pytest.mark.parametrize("kind", ["ours", "python's"])
def test_wrong_uses_raise(kind: str) -> None:
    assert [code for code, error, _ in what_is_said(not autograd.compiled)[kind] if error == "nothing"] == []


@both_builds
def test_the_same_messages() -> None:
    pairs = zip(what_is_said(True)["ours"], what_is_said(False)["ours"], strict=True)
    assert [(interpreted, compiled) for interpreted, compiled in pairs if interpreted != compiled] == []


@both_builds
def test_the_same_kinds_of_errors_where_python_finds_the_words() -> None:
    pairs = zip(what_is_said(True)["python's"], what_is_said(False)["python's"], strict=True)
    assert [(interpreted, compiled) for interpreted, compiled in pairs if interpreted[:2] != compiled[:2]] == []


@both_builds
@pytest.mark.parametrize("pure", [True, False], ids=["to the compiled build", "to the plain build"])
def test_pickles_are_exchanged(pure: bool) -> None:
    written = run("exchange", "write", pure=pure).strip()
    here, there = (run("exchange", "read", written, pure=build) for build in (pure, not pure))
    assert here == there


# What is the same to a user -------------------------------------------------------------------------------------------


class Color(StrEnum):
    RED = "red"


class Name(str):
    def __str__(self) -> str:
        return self


@pytest.mark.parametrize("label", [Color.RED, Name("name")])
def test_a_label_may_be_of_a_kind_of_string(label: str) -> None:
    x = Value(1.0, label)
    assert x.label == str(label)
    x.label = label
    assert x.label == str(label)


def test_values_hash_and_compare_by_identity() -> None:
    x, y = Value(1.0), Value(1.0)
    assert x == x
    assert x != y
    assert {x: "x", y: "y"}[x] == "x"
    assert hash(x) == hash(x)
    assert Value.__hash__ is object.__hash__


def test_rows_and_their_wrappers_tell_what_they_are() -> None:
    assert (Primitive.__module__, Primitive.__qualname__) == ("autograd.rows", "Primitive")
    assert str(inspect.signature(autograd.tanh)) == "(x, /)"
    assert str(inspect.signature(autograd.leaky_relu)) == "(x, slope=0.01, /)"
    assert str(inspect.signature(autograd.dot)) == "(xs, ys, /)"
    assert inspect.signature(autograd.grad(autograd.tanh)).parameters


@pytest.mark.parametrize("thing", [Value, [Value], Value.data])
def test_a_class_is_no_value(thing: Any) -> None:
    with pytest.raises(TypeError, match="a graph is traversed from Values, not from"):
        topological_order(thing)


def test_a_node_that_was_never_initialized_does_no_harm() -> None:
    node = Value.__new__(Value)
    uses: tuple[Callable[[], object], ...] = (lambda: repr(node), lambda: node * 2.0, node.backward, lambda: node.op)
    for use in uses:
        try:
            use()
        except AttributeError as error:
            assert "attribute" in str(error)  # noqa: PT017 - either is fine
    assert pickle.loads(pickle.dumps(Value(1.0))).data == 1.0


# Deep graphs ----------------------------------------------------------------------------------------------------------

# A share of the full length, where the full one would take long: pickling 3,000,000 nodes takes 22 s and 2.5 GB.
SHARES = {"choices": 3, "checkpoints": 30, "recomputed": 3, "pickled": 10}


@pytest.mark.parametrize("way", WAYS)
def test_a_chain_of_millions_of_nodes(way: str) -> None:
    length = 3_000_000 if autograd.compiled else 300_000
    assert run("deep_chains", way, str(length // SHARES.get(way, 1))) == "done\n"


# Disturbances and nonsense --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("disturbance", [disturbance.__name__ for disturbance in DISTURBANCES])
def test_disturbances(disturbance: str) -> None:
    if autograd.compiled and disturbance == "the_collector_finds_what_refers_to_itself":
        pytest.skip("the collector does not visit compiled nodes: a cycle through one stays (see CONTRIBUTING)")
    assert run("disturbances", disturbance).endswith("done\n")


@pytest.mark.parametrize("misuse", [misuse.__name__ for misuse in MISUSES])
def test_misuse_does_not_crash(misuse: str) -> None:
    assert run("misuse", misuse) == "done\n"


@pytest.mark.parametrize("seed", [0, 2000])
def test_junk_does_not_crash(seed: int) -> None:
    assert run("junk", str(seed), "2000").endswith("done\n")
