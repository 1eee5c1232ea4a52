"""Pictures from DOT source: without a `dot` program, with one, with neither; files that are whole or untouched."""

import shutil
import sys
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import graphviz
import pytest

from autograd import MissingExtraError
from autograd.pictures import rendering as module
from autograd.pictures.rendering import FORMATS, LIMIT, Picture, render, write

SOURCE = 'digraph { a [label="x − 1"]; a -> b }'
BAD = "digraph { a -> "
STARTS = {"svg": b"<svg", "png": b"\x89PNG\r\n", "pdf": b"%PDF-"}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture(autouse=True)
def no_dot(monkeypatch: pytest.MonkeyPatch) -> None:
    """Most machines have no `dot`: test as if this were one."""
    monkeypatch.setattr(shutil, "which", lambda program: None)


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_without_dot(format: str) -> None:
    picture = render(SOURCE, format)
    assert picture.startswith(STARTS[format])
    assert len(picture) > 500


@pytest.mark.parametrize("format", FORMATS)
def test_same_source_same_bytes(format: str) -> None:
    assert render(SOURCE, format) == render(SOURCE, format)


def test_pdf_carries_no_date() -> None:
    assert b"CreationDate (D:20000101000000" in render(SOURCE, "pdf")


def test_svg_stands_alone() -> None:
    text = render(SOURCE, "svg").decode()
    root = ET.fromstring(text)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "x − 1" in "".join(root.itertext())
    assert "<!" not in text
    assert "<?" not in text
    assert "graphviz" not in text.lower()
    assert text.count("http") == 2  # the names of the two namespaces, which nobody fetches


def test_unknown_format_names_the_known() -> None:
    with pytest.raises(ValueError, match=r"'gif'.*svg, png, pdf"):
        render(SOURCE, "gif")


@pytest.mark.parametrize("source", [BAD, "", "nonsense", "digraph { a [label=<<B>x>] }"])
def test_bad_source_is_an_exception(source: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises((ValueError, RuntimeError)):
        render(source, "svg")
    assert capfd.readouterr() == ("", "")  # Graphviz's own messages go into the exception


def test_bad_source_says_what_graphviz_says() -> None:
    with pytest.raises(ValueError, match="syntax error in line 1"):
        render(BAD, "svg")


def test_crash_is_an_exception(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_CHILD", "import os; os.abort()")
    with pytest.raises(RuntimeError, match="Graphviz failed with exit code"):
        render(SOURCE, "svg")


def test_endless_layout_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_CHILD", "import time; time.sleep(60)")
    monkeypatch.setattr(module, "TIMEOUT", 0.2)
    with pytest.raises(TimeoutError, match=r"given up after 0\.2 seconds"):
        render(SOURCE, "svg")


def test_threads_do_not_disturb_each_other() -> None:
    sources = [f"digraph {{ a -> b{i} }}" for i in range(8)]
    one_by_one = [render(source, "svg") for source in sources]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda source: render(source, "svg"), sources)) == one_by_one


@pytest.mark.usefixtures("nothing_installed")
def test_nothing_installed_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(MissingExtraError, match=r"dot program.*pip install pygraphviz"):
        render(SOURCE, "svg")
    write(SOURCE, tmp_path / "graph.dot")  # needs neither
    assert (tmp_path / "graph.dot").read_text() == SOURCE


def test_old_pygraphviz_has_no_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.version", lambda name: "1.14")
    with pytest.raises(MissingExtraError):
        render(SOURCE, "svg")


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")
def test_dot_is_used_where_there_is_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    dot = tmp_path / "dot"
    dot.write_text('#!/bin/sh\ncat >/dev/null\necho "<?xml?><!-- by me --><svg>$*</svg>"\n')
    dot.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda program: str(dot))
    assert render(SOURCE, "svg") == b"<svg>-Tsvg</svg>\n"


# Files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["g.svg", "g.PNG", "g.pdf"])
def test_suffix_picks_the_format(tmp_path: Path, name: str) -> None:
    write(SOURCE, tmp_path / name)
    assert (tmp_path / name).read_bytes().startswith(STARTS[name[2:].lower()])
    assert names(tmp_path) == [name]


@pytest.mark.parametrize("suffix", [".dot", ".gv"])
def test_source_suffixes(tmp_path: Path, suffix: str) -> None:
    graph = graphviz.Digraph()
    graph.edge("ä", "b")
    write(graph, tmp_path / f"g{suffix}")
    assert (tmp_path / f"g{suffix}").read_text("utf-8") == graph.source


def test_plain_graphviz_graphs_are_drawn(tmp_path: Path) -> None:
    graph = graphviz.Digraph()
    graph.edge("a", "b")
    write(graph, str(tmp_path / "g.svg"))
    assert "a" in ET.parse(tmp_path / "g.svg").getroot().itertext()


@pytest.mark.parametrize("name", ["g", "g.txt", "g.svgz", ".svg", "svg"])
def test_unknown_suffix_names_the_known(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match=r"\.svg, \.png, \.pdf, \.dot, \.gv"):
        write(SOURCE, tmp_path / name)
    assert names(tmp_path) == []


def test_failure_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "g.svg"
    path.write_text("before")
    with pytest.raises(ValueError, match="syntax error"):
        write(BAD, path)

    def full(*_: Any) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="no space left"):
        write(SOURCE, path)
    assert path.read_text() == "before"
    assert names(tmp_path) == ["g.svg"]


def test_missing_folder_and_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no such folder: .*nowhere"):
        write(SOURCE, tmp_path / "nowhere" / "g.dot")
    (tmp_path / "g.dot").mkdir()
    with pytest.raises(IsADirectoryError, match=r"g\.dot.* is a folder"):
        write(SOURCE, tmp_path / "g.dot")


@pytest.mark.skipif(sys.platform == "win32", reason="links and modes are POSIX's")
def test_links_and_modes_are_kept(tmp_path: Path) -> None:
    (tmp_path / "real.dot").write_text("before")
    (tmp_path / "real.dot").chmod(0o640)
    (tmp_path / "link.dot").symlink_to("real.dot")
    write(SOURCE, tmp_path / "link.dot")
    assert (tmp_path / "link.dot").is_symlink()
    assert (tmp_path / "real.dot").read_text() == SOURCE
    assert (tmp_path / "real.dot").stat().st_mode & 0o777 == 0o640


# Picture ----------------------------------------------------------------------------------------------------------


def picture(edges: int = 1) -> Picture:
    graph = Picture()
    for i in range(edges):
        graph.edge(f"n{i}", f"n{i + 1}")
    return graph


def test_picture_is_a_digraph_that_shows_itself() -> None:
    graph = picture()
    assert isinstance(graph, graphviz.Digraph)
    bundle = graph._repr_mimebundle_()
    assert list(bundle) == ["image/svg+xml"]
    ET.fromstring(bundle["image/svg+xml"])
    assert list(graph._repr_mimebundle_(include=["image/png"])) == ["image/png"]
    assert graph.copy().source == graph.source
    assert type(graph.copy()) is Picture


def test_pipe_gives_bytes_or_text() -> None:
    graph = picture()
    assert graph.pipe() == render(graph.source, "pdf")  # the default of the graphviz package
    assert graph.pipe("svg", encoding="utf-8") == render(graph.source, "svg").decode()
    assert graph.pipe("png") == render(graph.source, "png")


@pytest.mark.usefixtures("nothing_installed")
def test_notebook_shows_why_there_is_no_picture() -> None:
    assert "pip install pygraphviz" in str(picture()._repr_mimebundle_()["text/plain"])


def test_render_writes_source_and_picture(tmp_path: Path) -> None:
    graph = picture()
    assert graph.render("graph.gv", directory=tmp_path, format="png") == str(tmp_path / "graph.gv.png")
    assert (tmp_path / "graph.gv").read_text() == graph.source
    assert (tmp_path / "graph.gv.png").read_bytes() == graph.pipe("png")
    assert graph.render(outfile=tmp_path / "other.svg", cleanup=True) == str(tmp_path / "other.svg")
    assert names(tmp_path) == ["graph.gv", "graph.gv.png", "other.svg"]


def test_other_formats_are_left_to_dot() -> None:
    with pytest.raises(graphviz.ExecutableNotFound):
        picture().pipe("gif")
    with pytest.raises(graphviz.ExecutableNotFound):
        picture().pipe("svg", engine="neato")


def test_too_large_is_refused_with_its_size(tmp_path: Path) -> None:
    graph = picture(LIMIT + 1)
    for act in (graph.pipe, lambda: write(graph, tmp_path / "g.svg"), lambda: graph.render("g", directory=tmp_path)):
        with pytest.raises(ValueError, match=r"4,001 nodes and edges are too many.*\.dot file"):
            act()
    assert "4,001" in str(graph._repr_mimebundle_()["text/plain"])
    write(graph, tmp_path / "g.dot")
    assert (tmp_path / "g.dot").stat().st_size > LIMIT


@pytest.mark.parametrize("name", ["lesson.py", "y.jpg", "y.gif", "y.sgv"])
def test_a_file_of_another_kind_is_not_overwritten(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_text("mine")
    with pytest.raises(ValueError, match=r"the suffixes are \.svg, \.png, \.pdf, \.dot, \.gv"):
        Picture().save(file)
    assert file.read_text() == "mine"
