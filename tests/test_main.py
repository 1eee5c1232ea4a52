"""The command line, in this process and as a program of its own."""

from __future__ import annotations

import contextlib
import io
import math
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd.__main__ as command
from autograd.__main__ import main
from autograd.command_line import commands
from autograd.command_line.report import Leaf, write_number, write_table, write_value
from autograd.finite_differences import FiniteDifference
from autograd.native import COMPILED
from autograd.version import VERSION

NEURON = ["tanh(x1*w1 + x2*w2 + b)", "x1=2", "x2=0", "w1=-3", "w2=1", "b=6.8813735870195432"]
DEEP = 5_000
Capture = pytest.CaptureFixture[str]


def answer(capsys: Capture, *argv: str) -> str:
    """Run the command line and return what it printed."""
    assert main(argv) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    return printed.out


def complaint(capsys: Capture, *argv: str) -> str:
    """Run a command line that is wrong and return the one line that says so."""
    assert main(argv) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("error: ")
    assert printed.err.count("\n") == 1
    assert printed.err.endswith("\n")
    assert len(printed.err) < 500
    return printed.err


def table(text: str) -> dict[str, list[str]]:
    """Return the figures in the table, by the name of the leaf."""
    lines = text.splitlines()
    start = next(index for index, line in enumerate(lines) if set(line) == {"─"})
    rows = [line.split(maxsplit=4) for line in lines[start + 1 :] if line and not line.startswith("wrote ")]
    return {name: figures for name, *figures in rows}


# Answers ----------------------------------------------------------------------------------------------------------


def test_a_neuron(capsys: Capture) -> None:
    out = answer(capsys, *NEURON)
    assert out.splitlines()[0] == "tanh(x1*w1 + x2*w2 + b) = 0.707106781187"  # 1/√2
    figures = table(out)
    assert list(figures) == ["x1", "w1", "x2", "w2", "b"]
    # The slope of tanh is 1 - 1/2 there.
    assert figures == {
        "x1": ["2", "-1.5", "-1.5"],
        "w1": ["-3", "1", "1"],
        "x2": ["0", "0.5", "0.5"],
        "w2": ["1", "0", "0"],
        "b": ["6.88137358702", "0.5", "0.5"],
    }


@pytest.mark.parametrize(
    ("argv", "value", "gradients"),
    [
        (["-x**2", "x=-3"], "-9", {"x": 6.0}),
        (["--x", "x=1e-3"], "0.001", {"x": 1.0}),
        (["x", "x=-.5"], "-0.5", {"x": 1.0}),
        (["--", "-x*y", "x=2", "y=3"], "-6", {"x": -3.0, "y": -2.0}),
        (["x**y", "y=3", "x=2"], "8", {"x": 12.0, "y": 8 * math.log(2)}),
        (["e*pi*x", "x=2", "e=3"], "18.8495559215", {"x": 3 * math.pi, "e": 2 * math.pi}),
        (["W'*δ_out", "W'=2", "δ_out=5"], "10", {"W'": 5.0, "δ_out": 2.0}),
        (["where(x > 0, x**2, y)", "x=3", "y=1"], "9", {"x": 6.0, "y": 0.0}),
        (["x*y + x*y", "x=2", "y=3"], "12", {"x": 6.0, "y": 4.0}),
        (["exp(x)", "x=1"], "2.71828182846", {"x": math.e}),
        (["0*x", "x=-1"], "0", {"x": 0.0}),
    ],
)
def test_values_and_gradients(capsys: Capture, argv: list[str], value: str, gradients: dict[str, float]) -> None:
    out = answer(capsys, *argv)
    assert out.splitlines()[0].endswith(f" = {value}")
    figures = table(out)
    assert figures.keys() == gradients.keys()
    for name, expected in gradients.items():
        _, gradient, difference = figures[name]
        assert float(gradient) == pytest.approx(expected, rel=1e-11, abs=0.0)
        assert float(difference) == pytest.approx(expected, rel=1e-8, abs=1e-12)


def test_an_expression_without_names(capsys: Capture) -> None:
    assert answer(capsys, "2+3") == "2+3 = 5\nno names, so there are no leaves and no gradient\n"
    assert answer(capsys, "e").startswith("e = 2.71828182846\nno names")


def test_a_kink_is_reported_instead_of_a_figure(capsys: Capture) -> None:
    assert table(answer(capsys, "relu(x)", "x=0"))["x"] == ["0", "0", "-", "kink in the stencil"]


def test_the_edge_of_a_domain_is_reported_instead_of_a_figure(capsys: Capture) -> None:
    value, gradient, difference, note = table(answer(capsys, "sqrt(x)", "x=0"))["x"]
    assert (value, gradient, difference) == ("0", "inf", "-")
    assert note.startswith("edge of the domain")


def test_an_infinite_value(capsys: Capture) -> None:
    out = answer(capsys, "9**9**9**9*x", "x=2")
    assert out.startswith("9**9**9**9*x = inf\n")
    assert table(out)["x"] == ["2", "inf", "-", "no estimate: the values are not finite"]


def test_version_and_help(capsys: Capture) -> None:
    build = "compiled" if COMPILED else "interpreted"
    assert answer(capsys, "--version") == f"scalar-autograd {VERSION} ({build})\n"
    for option in ("-h", "--help"):
        text = answer(capsys, option)
        assert text.startswith("usage: python -m autograd [COMMAND] EXPRESSION [NAME=NUMBER ...]")
        assert "--svg FILE" in text


def test_numbers_have_at_most_twelve_digits() -> None:
    assert [write_number(x) for x in (0.1 + 0.2, -0.0, 2.0, 1 / 3, -1e300, math.inf, math.nan)] == [
        "0.3", "0", "2", "0.333333333333", "-1e+300", "inf", "nan",
    ]  # fmt: skip


def test_a_long_expression_is_cut_but_not_its_value() -> None:
    line = write_value("x + \n" * 1000 + "x", 1 / 3)
    assert line.endswith("…x + x + x = 0.333333333333")
    assert len(line) < 80


def test_a_figure_that_speaks_against_the_gradient_is_pointed_out() -> None:

    leaves = [
        Leaf("right", 1.0, 2.0, FiniteDifference(2.0 + 1e-8, 1e-9)),
        Leaf("wrong", 1.0, 2.0, FiniteDifference(-2.0, 1e-9)),
        Leaf("unknown", 1.0, 2.0, None),
    ]
    figures = table(write_table(leaves))
    assert figures["right"][3:] == []
    assert figures["wrong"][3:] == ["differs from the gradient"]
    assert figures["unknown"][2:] == ["-", "not estimated: the expression is too large"]


# Complaints -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argv", "fragments"),
    [
        ([], ["an expression is missing", "python -m autograd"]),
        ([""], ["the expression is empty"]),
        (["2x", "x=1"], ["at column 2: missing operator: write 2*x"]),
        (["x^2", "x=1"], ["write **"]),
        (["tnah(x)", "x=1"], ["unknown function 'tnah': did you mean tanh?"]),
        (["math.exp(x)", "x=1"], ["attributes", "write exp(…)"]),
        (["__import__(os)", "os=1"], ["unknown function '__import__'"]),
        (["x1 + x2", "x1=1"], ["no value for x2: add x2=NUMBER"]),
        (["a + b"], ["no value for a, b: add a=NUMBER b=NUMBER"]),
        (["sin + 1"], ["add sin=NUMBER", "write sin(…)"]),
        (["x", "x=1", "y=2"], ["y is not in the expression, whose names are x"]),
        (["2", "x=1", "y=2"], ["x, y are not in the expression, which has no names"]),
        (["X", "x=1"], ["no value for X", "x is not in the expression"]),
        (["x", "e=1", "x=1"], ["e is not in the expression"]),
        (["x", "x=1", "x=1"], ["x is given twice"]),
        (["x", "x=1", "y"], ["cannot read 'y'", "x=3"]),
        (["x", "*", "y"], ["cannot read '*'", "in quotes"]),
        (["x", "2=1"], ["'2' is not a name"]),
        (["x", "=1"], ["'' is not a name"]),
        (["x", "x.y=1"], ["'x.y' is not a name"]),
        (["x", "x="], ["in x=: ", "the expression is empty"]),
        (["x", "x=two"], ["no value for two: add two=NUMBER"]),
        (["x", "x==2"], ["in x==2: ", "'=' is not allowed"]),
        (["x", "x=y", "y=x"], ["the definitions go round in a circle"]),
        (["x", "x=log(y)", "y=-1"], ["in x=log(y): at column 1", "is not defined at x = -1.0"]),
        (["x", "x=1", "--by", "x"], ["--by belongs to paths and derive"]),
        (["derive", "x", "x=1", "--top", "3"], ["--top belongs to paths"]),
        (["derive", "x", "x=1", "--by"], ["--by must be followed by NAME: --by x"]),
        (["derive", "x", "x=1", "--by", "y"], ["--by y: no such name here, only x"]),
        (["derive"], ["an expression is missing"]),
        (["paths", "x", "x=1", "--top", "0"], ["--top takes a whole number from 1", "'0'"]),
        (["paths", "x", "x=1", "--top", "-3"], ["--top takes a whole number"]),
        (["paths", "x", "x=1", "--through", "q"], ["--through q: no such name"]),
        (["check", "x", "x=1"], ["nothing to check: add --gradient NAME=CLAIM"]),
        (["check", "x", "x=1", "--gradient", "y=1"], ["--gradient y: no such name here, only x"]),
        (["check", "x", "x=1", "--gradient", "x"], ["--gradient must be followed by NAME=CLAIM"]),
        (["check", "x", "x=1", "--value", "x=1", "--value=x=2"], ["--value x is given twice"]),
        (["x", "x=nan"], ["x=nan: the number must be finite"]),
        (["x", "x=-inf"], ["must be finite"]),
        (["x", "x=1e999"], ["must be finite"]),
        (["x=3", "x**2"], ["the expression comes first"]),
        (["x=3"], ["the expression comes first"]),
        (["log(x)", "x=-1"], ["at column 1: log(x) is not defined at x = -1.0: it needs x > 0"]),
        (["1/(x-x)", "x=1"], ["at column 2: divide(x, y) is not defined"]),
        (["--foo", "x=1"], ["unknown option '--foo'", "--svg"]),
        (["x", "x=1", "--svgs=a"], ["unknown option '--svgs=a'"]),
        (["x", "x=1", "--svg"], ["--svg must be followed by a file name"]),
        (["x", "x=1", "--svg", "a.txt"], ["--svg writes a file that ends in .svg, not 'a.txt'"]),
        (["x", "x=1", "--png="], ["ends in .png"]),
        (["x", "x=1", "--version=3"], ["--version"]),
        (["x\ny", "x=1"], ["missing operator"]),
        (["x", "x\n=1"], ["is not a name"]),
        (["x" * 2**20, "x=1"], ["1,048,576 characters", "at most 100,000"]),
        (["x", "y" * 2**20], ["cannot read"]),
        (["x", "x=" + "9" * 2**20], ["must be finite"]),
        (["x", "x=1", "y" * 2**20 + "=1"], ["not in the expression"]),
        (["x", "--" + "y" * 2**20], ["unknown option"]),
    ],
)
def test_complaints(capsys: Capture, argv: list[str], fragments: list[str]) -> None:
    line = complaint(capsys, *argv)
    for fragment in fragments:
        assert fragment in line


# Size -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "x", "value", "gradient"),
    [
        ("x" + "**x" * DEEP, 1.0, "1", 1.0),
        ("(" * DEEP + "x" + ")" * DEEP, 2.0, "2", 1.0),
        ("-" * (DEEP + 1) + "x", 2.0, "-2", -1.0),
        ("abs(" * DEEP + "x" + ")" * DEEP, -2.0, "2", -1.0),
        ("sum(" + "x," * DEEP + "x)", 1.0, "5001", 5001.0),
    ],
    ids=["powers", "brackets", "signs", "calls", "arguments"],
)
def test_deep_expressions(capsys: Capture, expression: str, x: float, value: str, gradient: float) -> None:
    out = answer(capsys, expression, f"x={x}")
    assert out.splitlines()[0].endswith(f"= {value}")
    assert float(table(out)["x"][1]) == gradient
    assert float(table(out)["x"][2]) == pytest.approx(gradient, rel=1e-6)


def test_finite_differences_have_a_limit(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "MAX_STEPS", 20_000)
    names = [f"v{index}" for index in range(100)]
    figures = table(answer(capsys, "+".join(names), *[f"{name}=1" for name in names]))
    assert list(figures) == names
    assert figures["v0"] == ["1", "1", "1"]
    assert figures["v99"] == ["1", "1", "-", "not estimated: the expression is too large"]


def test_many_leaves(capsys: Capture) -> None:
    names = [f"v{index}" for index in range(300)]
    figures = table(answer(capsys, "+".join(names), *[f"{name}={index}" for index, name in enumerate(names)]))
    assert [row[:2] for row in figures.values()] == [[str(index), "1"] for index in range(300)]


@pytest.mark.parametrize("expression", ["x" + "*x" * 5_000, "sum(" + "x," * 5_000 + "x)"])
def test_the_picture_of_a_large_graph_is_a_summary_but_its_source_is_complete(
    capsys: Capture, tmp_path: Path, expression: str
) -> None:
    svg, dot = tmp_path / "graph.svg", tmp_path / "graph.dot"
    out = answer(capsys, expression, "x=1", "--dot", str(dot), "--svg", str(svg))
    assert {f"wrote {dot}", f"wrote {svg}"} == set(out.splitlines()[-2:])
    assert dot.read_text("utf-8").count("->") >= 5_000
    assert "summarised" in svg.read_text("utf-8")
    assert svg.stat().st_size < 100_000


# Pictures ---------------------------------------------------------------------------------------------------------


def test_pictures_are_written_in_every_format(capsys: Capture, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("a.svg", "b.svg", "c.png", "d.dot", "e.gv")]
    options = [f"--svg={files[0]}", "--svg", str(files[1]), "--png", str(files[2])]
    out = answer(capsys, *options, *NEURON, "--dot", str(files[3]), f"--dot={files[4]}")
    assert out.splitlines()[-5:] == [f"wrote {file}" for file in files]
    for file in files[:2]:
        drawing = file.read_text("utf-8")
        assert "<svg" in drawing
        assert "tanh" in drawing
        assert "0.7071" in drawing
        assert "1.5" in drawing  # the gradient of x1
    assert files[2].read_bytes().startswith(b"\x89PNG\r\n")
    assert files[3].read_text("utf-8").startswith("digraph")
    assert files[4].read_bytes() == files[3].read_bytes()


def test_a_constant_can_be_drawn(capsys: Capture, tmp_path: Path) -> None:
    file = tmp_path / "five.dot"
    answer(capsys, "2+3", "--dot", str(file))
    assert "5" in file.read_text("utf-8")


def test_a_name_cannot_inject_markup(capsys: Capture, tmp_path: Path) -> None:
    file = tmp_path / "prime.svg"
    answer(capsys, "W'*_x_", "W'=2", "_x_=3", f"--svg={file}")
    assert "_x_" in file.read_text("utf-8")


def test_a_missing_folder(capsys: Capture, tmp_path: Path) -> None:
    file = tmp_path / "missing" / "a.svg"
    assert "a.svg" in complaint(capsys, *NEURON, "--svg", str(file))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_the_files_place(capsys: Capture, tmp_path: Path) -> None:
    file = tmp_path / "a.svg"
    file.mkdir()
    assert "cannot write" in complaint(capsys, *NEURON, "--svg", str(file))
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    "failure", [OSError(28, "No space left on device"), RuntimeError("the layout\ncrashed"), ImportError("x")]
)
def test_a_failure_to_draw_is_told_in_one_line(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    def fail(*_: object) -> None:
        raise failure

    monkeypatch.setattr("autograd.pictures.rendering.write", fail)
    assert "a.svg" in complaint(capsys, *NEURON, "--svg", str(tmp_path / "a.svg"))


def test_a_missing_library_is_told_in_one_line(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "autograd.pictures.drawing", None)
    assert "cannot draw the graph" in complaint(capsys, *NEURON, "--svg", "a.svg")


def test_a_wrong_expression_leaves_an_old_picture_alone(capsys: Capture, tmp_path: Path) -> None:
    file = tmp_path / "a.svg"
    file.write_text("old")
    complaint(capsys, "log(x)", "x=-1", f"--svg={file}")
    assert file.read_text() == "old"


# Printing ---------------------------------------------------------------------------------------------------------


def test_an_interruption_is_quiet(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "read_arguments", interrupt)
    assert main(["x", "x=1"]) == 130
    assert capsys.readouterr() == ("", "")


def test_what_the_terminal_cannot_show_is_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    assert main(["δ", "δ=1"]) == 0
    assert stream.buffer.getvalue().startswith(b"\\u03b4 = 1")


def test_without_standard_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    assert main(["x", "x=1"]) == 0
    assert main(["x"]) == 2


def test_the_arguments_of_the_program_are_the_default(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["autograd", "x*x", "x=3"])
    assert main() == 0
    assert capsys.readouterr().out.startswith("x*x = 9\n")


# As a program -----------------------------------------------------------------------------------------------------

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(command.__file__).parents[1]), "PYTHONIOENCODING": "utf-8"}
ENVIRONMENT = {key: text for key, text in ENVIRONMENT.items() if key not in ("FORCE_COLOR", "PYTHONWARNINGS")}


def program(*argv: str, folder: Path, columns: str = "80") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "autograd", *argv],
        capture_output=True, encoding="utf-8", timeout=60, cwd=folder, env={**ENVIRONMENT, "COLUMNS": columns},
    )  # fmt: skip


def test_the_program(tmp_path: Path) -> None:
    done = program(*NEURON, "--svg", "neuron.svg", folder=tmp_path, columns="20")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
    assert table(done.stdout)["b"] == ["6.88137358702", "0.5", "0.5"]
    assert done.stdout.endswith("wrote neuron.svg\n")
    assert "<svg" in (tmp_path / "neuron.svg").read_text("utf-8")
    assert [file.name for file in tmp_path.iterdir()] == ["neuron.svg"]


def test_the_program_complains_in_one_line(tmp_path: Path) -> None:
    done = program("x1*w1", "x1=2", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: no value for w1: add w1=NUMBER\n"


def test_the_program_survives_what_could_exhaust_it(tmp_path: Path) -> None:
    done = program("-" * DEEP + "(" * DEEP + "9**9**9**9*x" + ")" * DEEP, "x=-1", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0].endswith(" = -inf")


@pytest.mark.skipif(sys.platform == "win32", reason="pipes end differently there")
def test_a_closed_pipe_is_quiet(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as pipe:
        done = subprocess.run(
            [sys.executable, "-m", "autograd", "x", "x=1"],
            stdout=pipe, stderr=subprocess.PIPE, timeout=60, cwd=tmp_path, env=ENVIRONMENT,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_told_in_one_line(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "autograd", "x", "x=1"],
            stdout=full, stderr=subprocess.PIPE, timeout=60, cwd=tmp_path, env=ENVIRONMENT,
        )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == b"error: cannot print the result: No space left on device\n"


# Properties -------------------------------------------------------------------------------------------------------

WORDS = [
    "x", "x*y", "-x", "--x", "tanh(x)", "log(x)", "1/x", "relu(x)", "2+3", "x=1", "x=-1", "x=0", "y=2", "y=1e308",
    "x=nan", "=", "x=", "--", "-h", "--help", "--version", "--svg", "--svg=no/where.svg", "no/where.svg", "--png",
    "--nope", "",
]  # fmt: skip
arguments = st.lists(st.sampled_from(WORDS) | st.text(max_size=10), max_size=6)


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    yield
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("elsewhere")
def test_any_arguments_give_an_answer_or_one_line() -> None:
    @settings(max_examples=300, deadline=None)
    @given(arguments)
    def run(argv: list[str]) -> None:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(argv)
        assert code in (0, 2)
        assert err.getvalue().count("\n") == (1 if code else 0)
        assert bool(out.getvalue()) == (code == 0)

    run()
