"""Labels as mathematics: ``w_12`` as w₁₂, ``delta_out`` as δ_out, for LaTeX and for Unicode text.

A label is anybody's string. What does not look like a mathematical name is set upright, character by character, with
everything that LaTeX or a terminal would take for a command made harmless.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from autograd.rows import ATOM, POWER, SUM

_GREEK_NAMES: Final = [
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi",
    "omicron", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
]  # fmt: skip
_SMALL: Final = dict(zip(_GREEK_NAMES, "αβγδεζηθικλμνξοπρστυφχψω", strict=True))
_CAPITAL: Final = dict(zip(map(str.capitalize, _GREEK_NAMES), "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ", strict=True))
_GREEK: Final = {**_SMALL, **_CAPITAL}
_SPELLED: Final = {letter: name for name, letter in _GREEK.items()} | {"ϕ": "varphi", "ϵ": "epsilon", "ϑ": "vartheta"}
# Greek letters that look like Latin ones have no command of their own in LaTeX.
_LATIN: Final = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΧο", "ABEZHIKMNOPTXo", strict=True))

_BELOW: Final = dict(zip("0123456789+-=()aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ", strict=True))
_ABOVE: Final = dict(
    zip("0123456789+-=()abcdefghijklmnoprstuvwxyz", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ", strict=True)
)
_LOW_COMMA: Final = "‚"  # between lowered indices, where a comma would look like the one between arguments
_PRIMES: Final = {0: "", 1: "′", 2: "″", 3: "‴"}
_SPECIAL: Final = {
    "\\": r"\backslash ", "{": r"\{", "}": r"\}", "$": r"\$", "%": r"\%", "#": r"\#", "&": r"\&", "_": r"\_",
    "^": r"\wedge ", "~": r"\sim ", "'": r"{}'", '"': "{}''", "`": "{}'", " ": r"\ ",
}  # fmt: skip

_NAME = re.compile(
    r"(?P<stem>[^\W\d_]+)(?P<digits>\d*)(?P<before>['′]*)"
    r"(?P<below>(?:_(?:[^\W_]+|\{[^\W_]+(?:,[^\W_]+)*\}))*)"
    r"(?P<above>(?:\^(?:\([\w,+-]+\)|\{[\w,+()-]+\}|\w+))?)"
    r"(?P<behind>['′]*)(?P<places>(?:\[[\w, ]+\])*)"
)


_UPRIGHT = re.compile(r"[^\W²³¹⁰⁴-⁹]*")  # reads as one thing; with a raised digit it would read as a power


class _Name(NamedTuple):
    """The parts of a label that looks like a mathematical name."""

    stem: str
    below: tuple[str, ...]
    above: str
    primes: int
    places: str


def in_latex(label: str) -> str:
    r"""Write a label in LaTeX, for math mode.

    Args:
        label: any string. Digits behind letters and what follows underscores become indices, Greek names become
            letters, words are set upright, ``^(2)`` is raised; any other string is set as it is, harmlessly.

    Example:
        >>> for label in ["w_12", "n6", "w_4_6", "delta_out", "W'", "y_6^(2)", "loss", "a%b"]:
        ...     print(in_latex(label))
        w_{12}
        n_{6}
        w_{4,6}
        \delta_{\mathrm{out}}
        W'
        y_{6}^{(2)}
        \mathrm{loss}
        \mathrm{a}\%\mathrm{b}
    """
    return _typeset(label)[0]


def in_unicode(label: str) -> str:
    """Write a label as text, with raised and lowered characters where Unicode has them.

    Args:
        label: any string, read as `in_latex` does.

    Example:
        >>> print(*map(in_unicode, ["w_12", "n6", "w_i", "delta_out", "W'", "y_6^(2)", "loss", "a%b"]))
        w₁₂ n₆ wᵢ δ_out W′ y₆⁽²⁾ loss a%b
    """
    return _typeset(label)[1]


def label_binding(label: str) -> int:
    """Tell how tightly a written label binds (see `Primitive`): whether ``label²`` needs brackets, or a product does.

    Example:
        >>> from autograd.rows import ATOM, POWER, SUM
        >>> label_binding("w_12") == ATOM, label_binding("W'") == POWER, label_binding("a + b") == SUM
        (True, True, True)
    """
    return _typeset(label)[2]


@lru_cache(maxsize=4096)
def _typeset(label: str) -> tuple[str, str, int]:
    name = _read(label)
    if name is None:
        shown = "".join(c if c.isprintable() else " " for c in label)
        return _escaped(shown), shown, ATOM if _UPRIGHT.fullmatch(shown) else SUM
    return _name_in_latex(name), _name_in_unicode(name), POWER if name.above or name.primes else ATOM


def _read(label: str) -> _Name | None:
    """Take a label apart; ``None`` where it does not look like a mathematical name."""
    match = _NAME.fullmatch(label)
    if match is None or not match["stem"].isalpha() or (match["before"] and match["behind"]):
        return None
    below = [index for index in re.split(r"[_{},]+", match["below"]) if index]
    below[:0] = [match["digits"]] if match["digits"] else []
    above = match["above"].removeprefix("^").removeprefix("{").removesuffix("}")
    return _Name(match["stem"], tuple(below), above, len(match["before"] + match["behind"]), match["places"])


def _name_in_latex(name: _Name) -> str:
    written = _word_in_latex(name.stem)
    if name.below:
        written += f"_{{{','.join(map(_word_in_latex, name.below))}}}"
    if name.above:
        raised = re.sub(r"\w+", lambda word: _word_in_latex(word[0]), name.above).replace("_", r"\_")
        written += f"^{{{'' if not name.primes else chr(92) + 'prime ' * name.primes}{raised}}}"
    else:
        written += "'" * name.primes
    return written + name.places.replace("_", r"\_")


def _name_in_unicode(name: _Name) -> str:
    below = [_GREEK.get(index, index) for index in name.below]
    written = _GREEK.get(name.stem, name.stem)
    if all(_is_index(index) and all(c in _BELOW for c in index) for index in below):
        written += _LOW_COMMA.join("".join(_BELOW[c] for c in index) for index in below)
    else:
        written += f"_{','.join(below)}"
    written += _PRIMES.get(name.primes, "′" * name.primes)
    if name.above:
        raised = all(c in _ABOVE for c in name.above)
        written += "".join(_ABOVE[c] for c in name.above) if raised else f"^{name.above}"
    return written + name.places


def _is_index(word: str) -> bool:
    """Tell a number, a letter or a run of index letters from a word."""
    return word.isdigit() or len(word.rstrip("0123456789")) <= 1 or set(word) <= set("ijkl")


def _word_in_latex(word: str) -> str:
    word = _GREEK.get(word, word)
    if word in _LATIN:
        return _LATIN[word] if word.islower() else rf"\mathrm{{{_LATIN[word]}}}"
    if word in _SPELLED:
        return f"\\{_SPELLED[word]}"
    return word if _is_index(word) else rf"\mathrm{{{word}}}"


def _escaped(text: str) -> str:
    """Write any string upright; no two of its characters meet that mean something together."""
    written = []
    for run in re.findall(r"[^\W_]+|.", text):
        if run[0].isalnum():
            written.append(rf"\mathrm{{{run}}}")
        else:
            written.append(_SPECIAL.get(run) or f"{{{run}}}")
    return "".join(written)
