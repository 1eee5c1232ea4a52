"""What a moving picture shows at each time, and that it stands on its own."""

import itertools
import re
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops

import autograd
from autograd import MissingExtraError, Value, checkpoint, topological_order
from autograd.animation.animate import LIMIT, animate
from autograd.animation.gif_animation import flattened
from autograd.animation.svg_layout import read_layout
from autograd.pictures.drawing import draw
from autograd.pictures.rendering import render
from autograd.tracing.events import trace_backward
from autograd.wording import number

SVG = "{http://www.w3.org/2000/svg}"
BRIGHT = "#c2570c"  # what happens now


def neuron() -> Value:
    x1, x2, w1, w2 = Value(2, "x_1"), Value(0, "x_2"), Value(-3, "w_1"), Value(1, "w_2")
    return (x1 * w1 + x2 * w2 + Value(6.8813735870195432, "b")).tanh().named("o")


def shared() -> Value:
    x = Value(3.0, "x")
    square = (x * x).named("s")
    return (square - x - square * x).named("L")


def parsed(out: Value, tmp_path: Path, **options: Any) -> ET.Element:
    path = tmp_path / "film.svg"
    animate(out, path, **options)
    return ET.fromstring(path.read_text(encoding="utf-8"))


def moving(root: ET.Element) -> ET.Element:
    return next(group for group in root.iter(f"{SVG}g") if group.get("class") == "autograd-moving")


def seconds_of(root: ET.Element) -> float:
    lengths = {element.attrib["dur"] for element in root.iter() if "dur" in element.attrib}
    assert len(lengths) == 1
    return float(lengths.pop().removesuffix("s"))


def showing(root: ET.Element, time: float) -> Iterator[ET.Element]:
    """Yield what is visible in the moving group at a time, as a browser would find out."""
    for element in moving(root):
        animation = element.find(f"{SVG}animate")
        assert animation is not None
        assert animation.attrib["attributeName"] == "visibility"
        assert (animation.attrib["calcMode"], animation.attrib["repeatCount"]) == ("discrete", "indefinite")
        times = [float(share) for share in animation.attrib["keyTimes"].split(";")]
        values = animation.attrib["values"].split(";")
        assert times[0] == 0.0
        assert times == sorted(times)
        assert len(times) == len(values)
        share = time / seconds_of(root)
        if [value for start, value in zip(times, values, strict=True) if start <= share][-1] == "visible":
            yield element


def texts(elements: Iterator[ET.Element] | list[ET.Element]) -> list[str]:
    """The words of each element, without spaces, which are cells here."""
    return ["".join(text.text or "" for text in e.iter(f"{SVG}text")).replace("\xa0", "") for e in elements]


def adjoints(words: list[str]) -> list[str]:
    return sorted(text.removeprefix("grad") for text in words if text.startswith("grad"))


# The moving SVG ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [neuron, shared])
@pytest.mark.parametrize("rankdir", ["LR", "TB"])
def test_each_step_shows_the_adjoints_so_far(make: Any, rankdir: str, tmp_path: Path) -> None:
    out = make()
    root = parsed(out, tmp_path, seconds=2.0, rankdir=rankdir)
    events = list(trace_backward(out))
    assert seconds_of(root) == 2.0 * (len(events) + 3)
    now: dict[Value, float] = {}
    for step, event in enumerate(events):
        assert adjoints(texts(showing(root, 2.0 * step + 0.5))) == sorted(number(x, 4) for x in now.values())
        now[event.target] = event.after
        for moment in (1.01, 1.5, 1.99):
            assert adjoints(texts(showing(root, 2.0 * step + moment))) == sorted(number(x, 4) for x in now.values())
    out.backward()
    grads = sorted(number(node.grad, 4) for node in topological_order(out))
    end = texts(showing(root, seconds_of(root) - 0.01))
    assert adjoints(end) == grads
    assert any(re.sub(r"\s", "", text).endswith(f"everygradientof{out.label}isfinished") for text in end)


def test_captions_say_what_each_step_adds(tmp_path: Path) -> None:
    x = Value(3.0, "x")
    root = parsed((x * x).named("L"), tmp_path, seconds=1.0)
    words = [[text for text in texts(showing(root, step + 0.2)) if text.startswith("step")] for step in range(4)]
    plain = [[re.sub(r"\s", "", text) for text in some] for some in words]
    assert plain == [
        ["step1of3∂L/∂L=1thebackwardpassstartshere"],
        ["step2of3∂L/∂x=1×∂3=3"],
        ["step3of3∂L/∂x=3+1×∂3=6"],
        ["step3of3everygradientofLisfinished"],
    ]


@pytest.mark.parametrize("make", [neuron, shared])
def test_the_edge_of_each_step_is_lit(make: Any, tmp_path: Path) -> None:
    out = make()
    root = parsed(out, tmp_path, seconds=1.0)
    drawn = read_layout((tmp_path / "film.svg").read_text(encoding="utf-8"))
    ids = {node: f"n{index}" for index, node in enumerate(topological_order([out]))}
    met = []
    for step, event in enumerate(trace_backward(out)):
        paths = [path.attrib for element in showing(root, step + 0.1) for path in element.iter(f"{SVG}path")]
        lit = [path["d"] for path in paths if path.get("stroke") == BRIGHT and path["fill"] == "none"]
        if event.edge is None:
            assert lit == []
            continue
        line = next(line for line in drawn.lines if line.path == lit[0])
        assert (line.tail, line.head) == (ids[event.target], ids[event.node])
        met.append(lit[0])
    assert len(set(met)) == len(met)


def test_parallel_edges_are_lit_in_the_order_of_their_slots(tmp_path: Path) -> None:
    x = Value(3.0, "x")
    root = parsed(autograd.dot([x, x], [x, x]), tmp_path, seconds=1.0)
    heights = []
    for step in range(1, 5):
        arrow = [p.attrib["points"] for e in showing(root, step + 0.1) for p in e.findall(f"{SVG}polygon")]
        heights.append(float(arrow[0].split()[1].split(",")[1]))
    assert heights == sorted(heights)
    assert len(set(heights)) == 4


def test_a_dot_runs_back_along_the_edge(tmp_path: Path) -> None:
    root = parsed(shared(), tmp_path, seconds=1.0)
    for step in range(1, 9):
        dots = [e for e in showing(root, step + 0.3) if e.tag == f"{SVG}circle"]
        assert len(dots) == 1
        motion = dots[0].find(f"{SVG}animateMotion")
        assert motion is not None
        assert motion.attrib["keyPoints"] == "1;1;0;0"
        starts, ends = (float(share) * seconds_of(root) for share in motion.attrib["keyTimes"].split(";")[1:3])
        assert (starts, ends) == pytest.approx((step, step + 0.5), abs=1e-4)  # six digits of a share are written
        assert not [e for e in showing(root, step + 0.7) if e.tag == f"{SVG}circle"]


def test_nothing_moves_for_those_who_wish_so(tmp_path: Path) -> None:
    out = shared()
    root = parsed(out, tmp_path)
    still = next(group for group in root.iter(f"{SVG}g") if group.get("class") == "autograd-still")
    assert not [e for e in still.iter() if e.tag.startswith(f"{SVG}anim")]
    assert texts(list(still)) == texts(showing(root, seconds_of(root) - 0.01))
    style = root.findtext(f"{SVG}style", "")
    rule = re.search(r"@media \(prefers-reduced-motion: reduce\) \{(.*)\}", style)
    assert rule is not None
    assert ".autograd-moving { display: none }" in rule[1]
    assert ".autograd-still { display: inline }" in rule[1]
    assert ".autograd-still { display: none }" in style[: rule.start()]


def test_what_nothing_moves_shows_the_end(tmp_path: Path) -> None:
    root = parsed(neuron(), tmp_path)
    seen = [e for e in moving(root) if e.get("visibility") == "visible"]
    assert texts(seen) == texts(showing(root, seconds_of(root) - 0.01))


def test_the_file_stands_on_its_own(tmp_path: Path) -> None:
    root = parsed(neuron(), tmp_path, title="A <neuron>")
    assert root.findtext(f"{SVG}title") == "The backward pass of o in 10 steps"
    assert root.get("role") == "img"
    names = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert not names & {"script", "image", "use", "foreignObject", "link"}
    for element in root.iter():
        assert not [value for value in element.attrib.values() if "url(" in value or "javascript" in value]
        assert not [name for name in element.attrib if name.endswith("href") or name.startswith("on")]


def test_everything_is_within_the_picture(tmp_path: Path) -> None:
    for rankdir in ("LR", "TB"):
        root = parsed(Value(1e-300 / 3.0, "x").named("y"), tmp_path, rankdir=rankdir)
        left, top, width, height = map(float, root.attrib["viewBox"].split())
        drawn = read_layout((tmp_path / "film.svg").read_text(encoding="utf-8"))
        for bar in root.iter(f"{SVG}rect"):
            x, y, w, h = (float(bar.attrib[name]) for name in ("x", "y", "width", "height"))
            assert left <= x + drawn.origin[0] <= x + w + drawn.origin[0] <= left + width
            assert top <= y + drawn.origin[1] <= y + h + drawn.origin[1] <= top + height


def test_gradients_of_before_are_neither_shown_nor_changed(tmp_path: Path) -> None:
    out = shared()
    fresh = (parsed(out, tmp_path), (tmp_path / "film.svg").read_bytes())[1]
    assert {node.grad for node in topological_order(out)} == {0.0}
    out.backward(77.0)
    kept = [node.grad for node in topological_order(out)]
    assert (parsed(out, tmp_path), (tmp_path / "film.svg").read_bytes())[1] == fresh
    assert [node.grad for node in topological_order(out)] == kept


def test_infinite_and_undefined_adjoints(tmp_path: Path) -> None:
    x = Value(0.0, "x")
    root = parsed(x.sqrt() * 0 + x.sqrt(), tmp_path, seconds=1.0)
    assert "nan" in adjoints(texts(showing(root, seconds_of(root) - 0.1)))
    assert any("inf" in text for step in range(6) for text in texts(showing(root, step + 0.8)))


def test_the_inside_of_a_checkpoint_is_left_out(tmp_path: Path) -> None:
    x = Value(2.0, "x")
    root = parsed(checkpoint(lambda x: x * x * x, x).named("c"), tmp_path, seconds=1.0)
    assert seconds_of(root) == 2 + 3
    words = [re.sub(r"\s", "", text) for text in texts(showing(root, 1.2))]
    assert "step2of2∂c/∂x=12fromitsinside,whichranagain" in words


def test_names_and_seeds(tmp_path: Path) -> None:
    a = Value(2.0)
    root = parsed(a * 3, tmp_path, seconds=1.0, seed=-0.5, names={"alpha_1": a})
    words = [re.sub(r"\s", "", text) for text in texts(showing(root, 1.8))]
    assert "step2of2∂out/∂α₁=−0.5×∂3=−1.5" in words
    assert "grad−1.5" in words


EVIL = [
    '"/><script>alert(1)</script>',
    "</g></svg>",
    "a\nb",
    "\\N",
    "-->",
    "]]>",
    "<B>x</B>",
    "&amp;",
    "n0->n1",
    "x" * 99,
]


def test_labels_obey_nobody(tmp_path: Path) -> None:
    leaves = [Value(1.0, label) for label in EVIL]
    root = parsed(autograd.sum(leaves).named(EVIL[0]), tmp_path)
    assert not list(root.iter(f"{SVG}script"))
    assert len([e for e in moving(root) if e.tag == f"{SVG}circle"]) == len(EVIL)
    assert root.findtext(f"{SVG}title", "").startswith('The backward pass of "/><script>')


# The GIF ----------------------------------------------------------------------------------------------------------


def frames_of(path: Path) -> Iterator[tuple[Image.Image, int]]:
    with Image.open(path) as film:
        for index in range(getattr(film, "n_frames", 1)):
            film.seek(index)
            yield film.convert("RGB"), film.info["duration"]


def test_the_film_runs_for_as_long_as_it_should(tmp_path: Path) -> None:
    path = tmp_path / "film.gif"
    animate(shared(), path, seconds=0.8)
    frames = list(frames_of(path))
    assert len({frame.size for frame, _ in frames}) == 1
    length = sum(duration for _, duration in frames)
    assert length == pytest.approx(800 * (9 + 3), rel=0.02)  # it is counted in hundredths of a second
    with Image.open(path) as film:
        assert film.info["loop"] == 0
        assert max(film.size) <= 2000
        assert film.convert("RGB").getpixel((1, 1)) == (255, 255, 255)


def test_the_picture_is_steady_and_the_adjoints_come(tmp_path: Path) -> None:
    out = neuron()
    path, svg = tmp_path / "film.gif", tmp_path / "film.svg"
    animate(out, path)
    animate(out, svg)
    text = svg.read_text(encoding="utf-8")
    left, top, width, _ = map(float, ET.fromstring(text).attrib["viewBox"].split())
    layout = read_layout(text)
    frames = [frame for frame, _ in frames_of(path)]
    scale = frames[0].width / width

    def part(frame: Image.Image, box: tuple[float, float, float, float]) -> bytes:
        x, y = layout.origin
        across, down = (box[0] + x - left) * scale, (box[1] + y - top) * scale
        return frame.crop(
            (round(across), round(down), round(across + box[2] * scale), round(down + box[3] * scale))
        ).tobytes()

    ids = {node: f"n{index}" for index, node in enumerate(topological_order([out]))}
    for node, name in ids.items():
        box = layout.nodes[name]
        inside = (box.left + 4.0, box.top + 4.0, box.width - 8.0, box.height - 16.0)
        assert len({part(frame, inside) for frame in frames}) == 1
        below = ((box.left + box.right) / 2.0 - 8.0, box.bottom + 2.0, 16.0, 10.0)
        first = next(step for step, event in enumerate(trace_backward(out)) if event.target is node)
        changes = [i for i, (a, b) in enumerate(itertools.pairwise(frames)) if part(a, below) != part(b, below)]
        assert changes
        assert changes[0] >= first  # at least one frame for each step


def test_long_films_have_fewer_frames(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "film.gif"
    animate(shared(), path)
    smooth = len(list(frames_of(path)))
    monkeypatch.setattr("autograd.animation.gif_animation.SMOOTH", 8)
    animate(shared(), path)
    assert len(list(frames_of(path))) <= 9 + 1 < smooth


def test_drawings_of_fewer_pixels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    last = []
    for large in (500, 0):
        monkeypatch.setattr("autograd.pictures.rendering.LARGE", large)
        animate(neuron(), tmp_path / "film.gif")
        *_, (frame, _) = frames_of(tmp_path / "film.gif")
        last.append(frame.convert("L"))
    assert last[0].size == last[1].size
    differences = ImageChops.difference(*last).histogram()
    # Blurred, but in place: a picture that is moved or of another scale differs by more than half in most letters.
    assert sum(differences[128:]) < 0.005 * sum(differences)


def test_curves_become_points() -> None:
    # The cubic with these control points is x = 3t, y = 3t(1 - t) by the definition of Bernstein's polynomials.
    points = flattened([(0.0, 0.0), (1.0, 1.0), (2.0, 1.0), (3.0, 0.0)], pieces=4)
    assert points == [(3.0 * t, 3.0 * t * (1.0 - t)) for t in (0.0, 0.25, 0.5, 0.75, 1.0)]
    assert len(flattened([(0.0, 0.0)] * 7, pieces=5)) == 1 + 2 * 5


# Files and refusals -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["film.png", "film", "film.svg.txt", ""])
def test_the_suffix_says_the_format(name: str) -> None:
    with pytest.raises(ValueError, match=r"cannot tell the format from .*: the suffixes are \.svg, \.gif"):
        animate(neuron(), name)


def test_suffixes_in_capitals(tmp_path: Path) -> None:
    animate(Value(1.0, "x"), tmp_path / "FILM.SVG")
    assert (tmp_path / "FILM.SVG").read_text(encoding="utf-8").startswith("<svg")


def chain(length: int) -> Value:
    y = Value(1.0, "x")
    for _ in range(length):
        y = y + 1.0
    return y


def test_a_limit_is_stated(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=rf"has 1,001 steps, and an animation shows at most {LIMIT}: .*print_trace"):
        animate(chain(1000), tmp_path / "film.svg")
    animate(chain(LIMIT - 1), tmp_path / "film.svg")
    assert seconds_of(ET.fromstring((tmp_path / "film.svg").read_text(encoding="utf-8"))) == 1.6 * (LIMIT + 3)


def test_a_gif_that_could_not_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        ValueError, match=r"points and the film has .* pictures: too many to be read in a \.gif; write a \."
    ):
        animate(chain(70), tmp_path / "film.gif")


def test_a_failure_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "film.svg"
    path.write_text("before")
    monkeypatch.setattr("autograd.animation.animate.as_svg", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        animate(neuron(), path)
    assert path.read_text() == "before"
    assert [file.name for file in tmp_path.iterdir()] == ["film.svg"]


def test_without_pillow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PIL", "PIL.Image", "PIL.ImageDraw"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingExtraError, match=r'needs Pillow: pip install "scalar-autograd\[animation\]"'):
        animate(neuron(), tmp_path / "film.gif")
    animate(neuron(), tmp_path / "film.svg")


def test_no_such_folder(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no such folder"):
        animate(neuron(), tmp_path / "nowhere" / "film.svg")


@pytest.mark.parametrize("out", [3.0, None, [Value(1.0)]])
def test_only_a_value_can_be_animated(out: Any, tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="takes one Value, not "):
        animate(out, tmp_path / "film.svg")


@pytest.mark.parametrize("seconds", [0.0, -1.0, 61.0, float("nan"), float("inf")])
def test_a_step_takes_a_reasonable_time(seconds: float, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"seconds must be from 0.1 to 60, not "):
        animate(neuron(), tmp_path / "film.svg", seconds=seconds)


@pytest.mark.parametrize("options", [{"rankdir": "RL"}, {"precision": 0}])
def test_options_are_those_of_draw(options: Any, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=f"{next(iter(options))} must be"):
        animate(neuron(), tmp_path / "film.svg", **options)


def test_a_layout_is_read_as_it_is_drawn() -> None:
    svg = str(draw(shared()).pipe("svg", encoding="utf-8"))
    layout = read_layout(svg)
    assert len(layout.nodes) == len(re.findall('class="node"', svg))
    assert [(line.tail, line.head) for line in layout.lines] == [
        (tail, head) for tail, head in re.findall(r"(n\d+) -> (n\d+):", draw(shared()).source)
    ]
    plain = read_layout(render("digraph { rankdir=LR; a [shape=box]; b [shape=ellipse]; a -> b }", "svg").decode())
    assert plain.nodes["a"].right < plain.nodes["b"].left
    (line,) = plain.lines
    assert plain.nodes["a"].right == pytest.approx(line.points()[0][0], abs=1.0)
