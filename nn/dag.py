"""Networks given by their edges, with one neuron for each node."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from heapq import heappop, heappush
from itertools import pairwise
from typing import Any

from autograd import Value, dot
from nn.activations import ActivationLike, Resolved, resolved
from nn.checking import vector, whole
from nn.initialisers import Seed, seeded
from nn.labelling import label, leaves_of
from nn.layers import default, single
from nn.module import Module
from nn.nesting import described, listed, plain

BIASES = ("shared", "separate")
NUMBERED = re.compile(r"[^\W\d]+?_?(\d+)")  # names such as n3 and n_3


class DAG(Module):
    r"""A network given by its edges: every node is a neuron ``activation(b + Σ w · what leads to it)``.

    Inputs are vectors, with a vector of weights on each of their edges; between neurons an edge has one weight.

    Args:
        edges: ``"x1 → n1, x2 → n1 → n2"`` (or ``->``), or pairs of names, in any order. Names without an edge to them
            are inputs.
        outputs: the neurons whose numbers come out, in this order; by default those from which no edge leads on, in the
            order of their names (n2 before n10).
        inputs: the lengths of the input vectors by name, in the order in which samples list them; or one length for
            all, which samples then list in the order of their names.
        activation: a name such as ``"tanh"``, or a function of a `Value`; or one for each neuron, by name.
        bias: ``"shared"``: one for all neurons; ``"separate"`` (or ``True``): one for each; ``False``: none.
        init: what the weights are at first (see `Layer`); by default `kaiming` over what leads to a neuron.
        seed: a whole number from which they are drawn; ``None`` takes one from Python's `random`.

    Attributes:
        edges: the pairs of names, those of each neuron together, in an order in which they can be computed.
        outputs, inputs, neurons: the names; inputs with their lengths.

    The parameters are attributes, and labelled: ``w_36`` of the edge from n3 to n6 (``w_a_b`` where nodes have no
    numbers, or these are not enough to tell them apart), ``v_11`` of the edge from x1 to n1, its entries ``v_11_1``…,
    and ``b``, or ``b_3`` of n3.

    Raises:
        TypeError: an argument is of another kind.
        ValueError: the edges run in a circle or occur twice, or a name is not known.

    Example:
        >>> from autograd import derive
        >>> from nn import DAG
        >>> net = DAG("x1 → n1, x2 → n2, n1 → n3, n2 → n3", inputs=2, activation="tanh", bias="shared", seed=0)
        >>> net({"x1": [1.0, 0.5], "x2": [-1.0, 2.0]}).op
        'tanh'
        >>> nodes = net.nodes([[1.0, 0.5], [-1.0, 2.0]])
        >>> print(str(derive(nodes["n3"], net.w_13)).partition("\n")[0])
        ∂n₃/∂w₁₃ = (1 − n₃²) n₁
        >>> [name for name, _ in net.named_parameters()][:4]
        ['v_11[0]', 'v_11[1]', 'b', 'v_22[0]']
    """

    def __init__(
        self,
        edges: str | Iterable[tuple[str, str]],
        outputs: Iterable[str] | None = None,
        *,
        inputs: Mapping[str, int] | int = 1,
        activation: ActivationLike | Mapping[str, ActivationLike] = "tanh",
        bias: str | bool = "shared",
        init: object = None,
        seed: object = None,
    ) -> None:
        """Make and label the parameters."""
        sources = _sources(_read_edges(edges))
        order = _order(sources)
        self.neurons = [name for name in order if name in sources]
        self.inputs = _lengths(inputs, [name for name in order if name not in sources])
        self.edges = [(source, neuron) for neuron in self.neurons for source in sources[neuron]]
        used = {source for source, _ in self.edges}
        last = sorted((name for name in self.neurons if name not in used), key=_by_number)
        self.outputs = last if outputs is None else list(outputs)
        _require_known(self.outputs, self.neurons, "output")
        self.activations = _activations(activation, self.neurons)
        self._sources = sources
        self._weight_names, self._bias_names = self._names(bias)
        seed = seeded(seed, "DAG")
        for neuron in self.neurons:
            self._declare_neuron(neuron, init, seed)

    def _names(self, bias: str | bool) -> tuple[dict[tuple[str, str], str], dict[str, str]]:
        """Name weights by edge and biases by neuron: by numbers of nodes, or by whole names if those are not enough."""
        kind = {True: "separate", False: ""}[bias] if isinstance(bias, bool) else bias
        if kind not in (*BIASES, ""):
            raise ValueError(f"DAG: bias must be 'shared', 'separate' or False, not {bias!r:.60}")
        for suffix in (_numbers, _whole_names):
            weights = {(a, b): f"{'v' if a in self.inputs else 'w'}{suffix(a, b)}" for a, b in self.edges}
            biases = {n: "b" if kind == "shared" else f"b{suffix(n)}" for n in self.neurons if kind}
            names = [*weights.values(), *(biases.values() if kind == "separate" else ())]
            lengths = {name: self.inputs.get(source, 1) for (source, _), name in weights.items()}
            names += [f"{name}_{i}" for name, n in lengths.items() if n > 1 for i in range(1, n + 1)]
            if len(set(names)) == len(names):
                break
        return weights, biases

    def _declare_neuron(self, neuron: str, init: object, seed: Seed) -> None:
        """Declare the weights on what leads to a neuron, then its bias, and label them."""
        names = [self._weight_names[source, neuron] for source in self._sources[neuron]]
        lengths = [self.inputs.get(source, 1) for source in self._sources[neuron]]
        for name, length in zip(names, lengths, strict=True):
            rule = default(init, self.activations[neuron].name)
            self.declare(name, () if length == 1 else (length,), rule, seed=seed, fans=(sum(lengths), 1))
        bias = self._bias_names.get(neuron)
        if bias is not None and bias not in vars(self):  # a shared one was declared with the first neuron
            self.declare(bias, (), 0.0, seed=seed)
            names.append(bias)
        for name in names:
            label(getattr(self, name), name)

    def forward(self, x: Any) -> Any:
        """Compute the outputs for one sample; a single output by itself.

        Args:
            x: an input vector for each name; or a list of them in the order of ``inputs``. For a vector of length 1,
                the number will do.

        Raises:
            TypeError, ValueError: names are missing or not known, or a vector has another length.
        """
        computed = self._computed(self._inputs(x))
        return single([computed[name] for name in self.outputs])

    def nodes(self, x: Any, mark: str = "") -> dict[str, Any]:
        """Compute all nodes for one sample, each labelled with its name; numbers in the inputs become leaves.

        Args:
            x: the sample, as for `forward`.
            mark: what is put behind the labels, to tell the nodes of several samples apart: ``"_1"`` gives ``n3_1``;
                ``"^(1)"`` is set as a raised (1).

        Returns:
            A `Value` for each neuron; for each input its vector, with the labels ``x1_1``, ``x1_2``…

        Example:
            >>> from nn import DAG
            >>> nodes = DAG("x → a → b", init=1.0, activation="relu").nodes([2.0])
            >>> nodes["x"], nodes["b"].label
            ([Value(data=2.0, grad=0.0, label='x')], 'b')
        """
        given = self._inputs(x)
        for name, numbers in given.items():
            leaves = leaves_of(numbers)
            given[name] = label(leaves, name, mark) if len(leaves) > 1 else [label(leaves[0], name, mark)]
        computed = self._computed(given)
        return {**given, **{name: label(computed[name], name, mark) for name in self.neurons}}

    def _computed(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the number of every neuron."""
        found: dict[str, Any] = {}
        for neuron in self.neurons:
            bias = self._bias_names.get(neuron)
            terms = [] if bias is None else [getattr(self, bias)]
            for source in self._sources[neuron]:
                weight = getattr(self, self._weight_names[source, neuron])
                terms.append(self._term(weight, given[source]) if source in given else weight * found[source])
            total = terms[0]
            for term in terms[1:]:
                total = total + term
            found[neuron] = self.activations[neuron].on_vector([total])[0]
        return found

    @staticmethod
    def _term(weight: Any, numbers: Sequence[Any]) -> Any:
        return weight * numbers[0] if isinstance(weight, Value) else dot(weight, numbers)

    def _inputs(self, x: Any) -> dict[str, Any]:
        """Return the input vectors by name."""
        x = plain(x)
        if isinstance(x, Mapping):
            if set(x) != set(self.inputs):
                raise ValueError(f"DAG: the inputs are {listed(self.inputs)}, not {listed(map(str, x)) or 'none'}")
            given = dict(x)
        else:
            vectors = x if isinstance(x, (list, tuple)) else [x]
            if len(vectors) != len(self.inputs):
                names = listed(self.inputs)
                raise ValueError(f"DAG takes {len(self.inputs)} input(s): {names}; it was given {described(x)}")
            given = dict(zip(self.inputs, vectors, strict=True))
        return {name: list(vector(given[name], length, f"DAG: input {name}")) for name, length in self.inputs.items()}

    def arguments(self) -> str:
        """Write the edges."""
        text = ", ".join(f"{source} → {neuron}" for source, neuron in self.edges)
        return repr(text if len(text) <= 120 else f"{len(self.edges)} edges")


def _read_edges(edges: str | Iterable[object]) -> list[tuple[str, str]]:
    """Return the edges as pairs of names."""
    wanted: Any = edges
    if not isinstance(wanted, Iterable):
        raise TypeError(f"DAG: edges are a text such as 'x1 → n1, n1 → n2', or pairs, not {type(edges).__name__}")
    pairs = list(_chained(edges)) if isinstance(edges, str) else [_pair(edge) for edge in edges]
    if not pairs:
        raise ValueError("DAG: there are no edges")
    for name in (name for pair in pairs for name in pair):
        if not name.isidentifier():
            raise ValueError(f"DAG: the name of a node is letters, digits and _, not {name!r}")
    return pairs


def _chained(text: str) -> Iterator[tuple[str, str]]:
    for chain in filter(None, map(str.strip, re.split(r"[,;\n]", text))):
        names = re.split(r"\s*(?:→|->)\s*", chain)
        if len(names) < 2:
            raise ValueError(f"DAG: an edge is written n1 → n3, not {chain!r}")
        yield from pairwise(names)


def _pair(edge: object) -> tuple[str, str]:
    if not isinstance(edge, (list, tuple)) or len(edge) != 2 or not all(isinstance(name, str) for name in edge):
        raise TypeError(f"DAG: an edge is a pair of names such as ('n1', 'n3'), not {edge!r:.60}")
    return edge[0], edge[1]


def _sources(edges: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """Return what leads to each neuron."""
    sources: dict[str, list[str]] = {}
    for source, neuron in edges:
        if source in sources.setdefault(neuron, []):
            raise ValueError(f"DAG: the edge {source} → {neuron} occurs twice")
        sources[neuron].append(source)
    return sources


def _order(sources: Mapping[str, Sequence[str]]) -> list[str]:
    """List the inputs, then the neurons, each after what leads to it; otherwise in the order of their names."""
    sorter = TopologicalSorter(sources)
    try:
        sorter.prepare()
    except CycleError as error:
        raise ValueError(f"DAG: the edges run in a circle: {' → '.join(error.args[1])}") from None
    order: list[str] = []
    ready: list[tuple[bool, list[Any], str]] = []
    while sorter.is_active():
        for name in sorter.get_ready():
            heappush(ready, (name in sources, _by_number(name), name))
        order.append(heappop(ready)[-1])
        sorter.done(order[-1])
    return order


def _by_number(name: str) -> list[Any]:
    """Return what sorts names with n2 before n10."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name) if part]


def _lengths(inputs: Mapping[str, int] | int, names: Sequence[str]) -> dict[str, int]:
    if not isinstance(inputs, Mapping):
        return {name: whole(inputs, "DAG: inputs") for name in sorted(names, key=_by_number)}
    _require_known(inputs, names, "input")
    missing = [name for name in names if name not in inputs]
    if missing:
        raise ValueError(f"DAG: no edge leads to {listed(missing)}: say in inputs how long these vectors are")
    return {name: whole(length, f"DAG: length of {name}") for name, length in inputs.items()}


def _require_known(names: Iterable[str], known: Sequence[str], what: str) -> None:
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(f"DAG: {what} {listed(map(repr, unknown))}: there is none, only {listed(known, 30)}")


def _activations(
    activation: ActivationLike | Mapping[str, ActivationLike], neurons: Sequence[str]
) -> dict[str, Resolved]:
    if not isinstance(activation, Mapping):
        activation = dict.fromkeys(neurons, activation)
    _require_known(activation, neurons, "activation for")
    _require_known(neurons, list(activation), "activation of")
    return {neuron: resolved(activation[neuron], "DAG: activation", single=True) for neuron in neurons}


def _numbers(*names: str) -> str:
    """Write the nodes that a parameter belongs to by their numbers, ``_36`` or ``_3_16``; by names without numbers."""
    numbers = [NUMBERED.fullmatch(name) for name in names]
    if not all(numbers):
        return _whole_names(*names)
    digits = [number[1] for number in numbers if number]
    return f"_{''.join(digits)}" if max(map(len, digits)) == 1 or len(digits) == 1 else f"_{'_'.join(digits)}"


def _whole_names(*names: str) -> str:
    return f"_{'_'.join(names)}"
