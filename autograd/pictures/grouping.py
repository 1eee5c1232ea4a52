"""Which nodes of a large graph are drawn as one: those of a scope, else those at like distance from the leaves."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

from autograd.pictures.clusters import parts
from autograd.provenance import scope_of
from autograd.replay import stored_operands
from autograd.rows import CONSTANT
from autograd.value import Value

MOST_SCOPES, MOST_BANDS, MOST_STEMS = 40, 12, 8
_STEM = re.compile(r".[^\d\[_(^]*", re.DOTALL)
_NUMBERED_STEM = re.compile(r".[^\[_(^]*", re.DOTALL)


class Key(NamedTuple):
    """What a group is called.

    Attributes:
        scope: the scope it stands for, ``""`` for none.
        title: its name within the scopes around it.
    """

    scope: str
    title: str


class Grouping(NamedTuple):
    """The groups of all nodes.

    Attributes:
        keys: for each node its group.
        remark: by what they were grouped.
    """

    keys: dict[Value, Key]
    remark: str


def group(order: list[Value], title: Callable[[Value], str]) -> Grouping:
    """Group the nodes of a graph, in topological order, by their scopes if any has one, else by their depth.

    Leaves outside any scope are grouped by the stems of their names. Where there are more scopes than can be drawn,
    inner ones are taken together, then scopes that differ in their numbers.
    """
    scopes = {node: scope_of(node) for node in order}
    short, remark = _fewer(set(scopes.values()) - {""})
    outside = [node for node in order if not scopes[node]] if short else order
    keys = _keys_of_leaves([node for node in outside if not stored_operands(node)], title)
    if short:
        keys = dict.fromkeys(outside, Key("", "outside any scope")) | keys
        inside = {scope: Key(scope, parts(scope)[-1]) for scope in short.values()}
        keys |= {node: inside[short[scope]] for node, scope in scopes.items() if scope}
        return Grouping(keys, remark)
    keys |= _keys_by_depth(order)
    return Grouping(keys, 'summarised by distance from the leaves (with scope("name"): makes parts of your own)')


def _fewer(scopes: set[str]) -> tuple[dict[str, str], str]:
    """Map scopes to those that are drawn; empty if there are too many whatever is taken together."""
    paths = {scope: parts(scope) for scope in sorted(scopes)}
    deepest = max(map(len, paths.values()), default=0)
    for depth in range(deepest, 0, -1):
        short = {scope: "/".join(names[:depth]) for scope, names in paths.items()}
        if len(set(short.values())) <= MOST_SCOPES:
            return short, "summarised by scope" + ("" if depth == deepest else f", to depth {depth}")
    stems = {scope: re.sub(r"\d+", "…", names[0]) for scope, names in paths.items()}
    if stems and len(set(stems.values())) <= MOST_SCOPES:
        return stems, "summarised by scope, those that differ in a number together"
    return {}, ""


def _keys_of_leaves(leaves: Iterable[Value], title: Callable[[Value], str]) -> dict[Value, Key]:
    """Group leaves by the stems of their names: ``W1[0][2]`` with ``W1[0][3]``, and ``x1`` with ``x2``."""
    names = {node: "constants" if node._op is CONSTANT else title(node) or "unnamed leaves" for node in leaves}
    coarse = {name: _STEM.match(name)[0] for name in names.values()}  # type: ignore[index]
    fine = {name: _NUMBERED_STEM.match(name)[0] for name in names.values()}  # type: ignore[index]
    sizes = Counter(fine[name] for name in names.values())
    mixed = {name: stem if sizes[stem] > 1 else coarse[name] for name, stem in fine.items()}
    for stems in (mixed, coarse):
        groups = {stem: Key("", stem) for stem in stems.values()}
        if len(groups) <= MOST_STEMS:
            return {node: groups[stems[name]] for node, name in names.items()}
    return dict.fromkeys(names, Key("", "leaves"))


def _keys_by_depth(order: list[Value]) -> dict[Value, Key]:
    """Cut the operations into bands of about as many nodes, by the longest way to a leaf."""
    depths: dict[Value, int] = {}
    for node in order:
        operands = stored_operands(node)
        if operands:
            depths[node] = 1 + max(0 if isinstance(o, float) else depths.get(o, 0) for o in operands)
    heights = sorted(Counter(depths.values()).items())
    bands: dict[int, Key] = {}
    start, passed, share = 1, 0, max(1.0, len(depths) / MOST_BANDS)
    full = share
    for depth, count in heights:
        passed += count
        if passed >= full or depth == len(heights):
            name = f"step {depth:,}" if start == depth else f"steps {start:,}\N{EN DASH}{depth:,}"
            bands |= dict.fromkeys(range(start, depth + 1), Key("", name))
            start, full = depth + 1, passed + share
    return {node: bands[depth] for node, depth in depths.items()}
