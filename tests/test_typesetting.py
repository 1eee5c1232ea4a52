"""Labels as LaTeX and as Unicode: names as in textbooks, and any other string without harm."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd.rows import ATOM, POWER, SUM
from autograd.typesetting import in_latex, in_unicode, label_binding


@pytest.mark.parametrize(
    ("label", "latex", "text"),
    [
        ("w_12", "w_{12}", "w₁₂"),
        ("n6", "n_{6}", "n₆"),
        ("w_4_6", "w_{4,6}", "w₄‚₆"),
        ("w_{2,4}", "w_{2,4}", "w₂‚₄"),
        ("v_11_1", "v_{11,1}", "v₁₁‚₁"),
        ("x_i", "x_{i}", "xᵢ"),
        ("w_ij", "w_{ij}", "wᵢⱼ"),
        ("x_d", "x_{d}", "x_d"),  # there is no lowered d
        ("delta_out", r"\delta_{\mathrm{out}}", "δ_out"),
        ("δ_out", r"\delta_{\mathrm{out}}", "δ_out"),
        ("delta_out_3", r"\delta_{\mathrm{out},3}", "δ_out,3"),
        ("alpha", r"\alpha", "α"),
        ("Delta", r"\Delta", "Δ"),
        ("Alpha", r"\mathrm{A}", "Α"),  # LaTeX has no command for Greek letters that look like Latin ones
        ("omicron", "o", "ο"),
        ("x_mu", r"x_{\mu}", "x_μ"),
        ("W'", "W'", "W′"),
        ("W1''", "W_{1}''", "W₁″"),
        ("W'_1", "W_{1}'", "W₁′"),
        ("y_6^(2)", "y_{6}^{(2)}", "y₆⁽²⁾"),
        ("y6^(i)", "y_{6}^{(i)}", "y₆⁽ⁱ⁾"),
        ("W'_2^(3)", r"W_{2}^{\prime (3)}", "W₂′⁽³⁾"),
        ("W1[0][2]", "W_{1}[0][2]", "W₁[0][2]"),
        ("loss", r"\mathrm{loss}", "loss"),
        ("conv2d", r"\mathrm{conv2d}", "conv2d"),
        ("", "", ""),
        ("a%b", r"\mathrm{a}\%\mathrm{b}", "a%b"),
        (r"\input{x}", r"\backslash \mathrm{input}\{\mathrm{x}\}", r"\input{x}"),
        ("$", r"\$", "$"),
        ("<b>", r"{<}\mathrm{b}{>}", "<b>"),
        ("a\x1b[31mb\n", r"\mathrm{a}\ {[}\mathrm{31mb}\ ", "a [31mb "),
    ],
)
def test_labels_as_a_textbook_has_them(label: str, latex: str, text: str) -> None:
    assert in_latex(label) == latex
    assert in_unicode(label) == text


def test_what_may_stand_below_a_power_without_brackets() -> None:
    assert {label_binding(label) for label in ("w_12", "loss", "δ", "x_i")} == {ATOM}
    assert {label_binding(label) for label in ("W'", "y_6^(2)")} == {POWER}  # a second superscript is an error in LaTeX
    assert {label_binding(label) for label in ("a + b", "x²", "-x")} == {SUM}


COMMANDS = {"backslash", "mathrm", "wedge", "sim", "prime"}


@given(st.text(max_size=30) | st.text("\\{}$%#&_^~'\"<>ab1 ", max_size=12))
def test_any_string_is_harmless(label: str) -> None:
    latex, text = in_latex(label), in_unicode(label)
    # Whatever stands behind a backslash is a command of ours or one escaped character, whoever wrote the label.
    commands = re.findall(r"\\([A-Za-z]+)", latex)
    greek = set(
        re.findall(r"[a-z]+", "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho")
    )
    greek |= {"sigma", "tau", "upsilon", "phi", "chi", "psi", "omega", "varphi", "vartheta", "varsigma"}
    assert {c.lower() for c in commands} <= COMMANDS | greek
    bare = re.sub(r"\\[{}$%#&_ ]", "", latex)
    assert not set(bare) & set("$%#&~")
    depth = 0
    for character in bare:
        depth += (character == "{") - (character == "}")
        assert depth >= 0
    assert depth == 0
    assert re.search(r"<[A-Za-z/!?]", bare) is None  # no HTML tag begins, even where a page does not escape it
    assert text.isprintable()


@given(st.text(max_size=30) | st.text("\\{}$%#&_^~'\"<>ab1 ", max_size=12))
def test_any_string_is_read_by_a_latex_parser(label: str) -> None:
    converter = pytest.importorskip("latex2mathml.converter")
    assert converter.convert(rf"\frac{{\partial {in_latex(label)}}}{{2}}").startswith("<math")
