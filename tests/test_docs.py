"""Every example in docstrings and in the README runs; the README's commands and lists are true."""

from __future__ import annotations

import doctest
import importlib
import inspect
import os
import pkgutil
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import autograd
import nn
from autograd.table import PUBLIC
from tests.floors import EXAMPLES

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def modules() -> Iterator[ModuleType]:
    for package in (autograd, nn):
        yield package
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            yield importlib.import_module(info.name)


@pytest.mark.parametrize("module", list(modules()), ids=lambda module: str(module.__name__))
def test_docstring_examples(module: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)  # examples may write pictures
    assert doctest.testmod(module, optionflags=OPTIONS).failed == 0


def test_readme_examples(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    result = doctest.testfile(str(README), module_relative=False, optionflags=OPTIONS, encoding="utf-8")
    assert result.failed == 0
    assert result.attempted >= 19


def test_a_floor_under_the_number_of_examples() -> None:
    finder = doctest.DocTestFinder()
    examples = sum(len(test.examples) for module in modules() for test in finder.find(module))
    assert examples >= EXAMPLES


def public_objects() -> list[tuple[str, object]]:
    named = [(package, name) for package in (autograd, nn) for name in package.__all__]
    plain = {"autograd.compiled", "autograd.__version__"}
    found = [(f"{package.__name__}.{name}", getattr(package, name)) for package, name in named]
    return [(name, thing) for name, thing in found if name not in plain]


@pytest.mark.parametrize(("name", "thing"), public_objects(), ids=[name for name, _ in public_objects()])
def test_everything_public_has_a_docstring_with_an_example(name: str, thing: object) -> None:
    doc = inspect.getdoc(thing)
    assert doc is not None
    assert ">>>" in doc
    assert "." in doc.partition("\n")[0]


def test_readme_lists_every_primitive() -> None:
    listed = re.search(
        r"`\+ - \* / // % \*\*`, `abs`, and\n(.*?)\n\n[A-Z]", README.read_text(encoding="utf-8"), re.DOTALL
    )
    assert listed is not None
    names = set(re.findall(r"\w+", listed[1]))
    operators = {"add", "subtract", "multiply", "divide", "floor_divide", "mod", "power", "negative", "positive", "abs"}
    assert names == {row.name for row in PUBLIC} - operators


def test_readme_shows_the_two_commands_and_the_first_one_runs(tmp_path: Path) -> None:
    commands = shell_blocks()
    assert "pytest" in commands[1]
    done = run_line("python -m autograd " + commands[0].partition("-m autograd ")[2], tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "0.7071" in done.stdout  # tanh(0.8813735870195432) = sqrt(1/2)
    assert (tmp_path / "neuron.svg").read_text(encoding="utf-8").rstrip().endswith("</svg>")


def test_every_other_line_for_the_shell_runs(tmp_path: Path) -> None:
    lines = "".join(shell_blocks()[2:]).strip().splitlines()
    assert [line.split()[3] for line in lines] == ["paths", "derive", "check"]
    for line in lines:
        done = run_line(line, tmp_path)
        assert (done.returncode, done.stderr) == ("check" in line, "")  # the claim that is checked is wrong
        assert "∂out/∂" in done.stdout
    assert (tmp_path / "paths.svg").exists()


def shell_blocks() -> list[str]:
    """Return what the README says to type into a shell, block by block."""
    return re.findall(r"```bash\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.DOTALL)


def run_line(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a line that begins with ``python``."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, *shlex.split(line)[1:]]
    return subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", env=environment)
