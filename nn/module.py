"""`Module`: what holds parameters, and finds those of its parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from autograd import Value
from nn.checking import nearest, whole
from nn.initialisers import initialiser, seeded
from nn.interrupts import uninterrupted
from nn.nesting import entries, in_words, listed, mapped, places, plain, shape_of
from nn.parameters import Declaration, assign, filled, is_number, is_parameter, numbers_for, shape_of_block

if TYPE_CHECKING:
    from nn.annotating import Annotations

# What `annotate` has to say of the modules that are called inside it; `None` outside.
ANNOTATIONS: ContextVar[Annotations | None] = ContextVar("annotations", default=None)


class Module:
    """A part of a network: parameters, other modules, and a function of inputs that uses them.

    A subclass has a ``forward``; calling the module calls it. Whatever leaves (`Value`s that nothing was computed for)
    and modules a module has as attributes, also within lists, tuples and dictionaries, are its parameters and parts.
    Its own parameters come before those of its parts, each in the order of their assignment; one that occurs twice
    counts once.

    Example:
        >>> from autograd import Value
        >>> from nn import Layer, Module
        >>> class Scaled(Module):
        ...     def __init__(self):
        ...         self.scale = Value(2.0, "scale")
        ...         self.layer = Layer(2, 1, "tanh", init=0.5)
        ...     def forward(self, x):
        ...         return self.scale * self.layer(x)
        >>> model = Scaled()
        >>> [name for name, _ in model.named_parameters()]
        ['scale', 'layer.weight[0][0]', 'layer.weight[0][1]', 'layer.bias[0]']
        >>> model([1.0, -1.0])
        Value(data=0.0, grad=0.0)
    """

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        """Compute the outputs for one sample."""
        annotations = ANNOTATIONS.get()
        if annotations is None:
            return self.forward(*inputs, **options)
        return annotations.call(self, inputs, options)

    def forward(self, *inputs: Any, **options: Any) -> Any:
        """Compute the outputs for one sample; every subclass has its own.

        Raises:
            NotImplementedError: this one has none.
        """
        raise NotImplementedError(f"{type(self).__name__} has no forward(self, x) that says what it computes")

    # Its own parameters -----------------------------------------------------------------------------------------

    def declare(
        self,
        name: str,
        shape: Sequence[int],
        init: object = "uniform",
        *,
        seed: object = None,
        fans: tuple[int, int] | None = None,
    ) -> None:
        """Declare a parameter, which becomes the attribute ``name``: nested lists of leaves, made when first used.

        Until then it is counted, saved and loaded without being there. Assigning nested numbers (or one for all) to the
        attribute sets the data of its leaves; assigning nested leaves puts those in their place.

        Args:
            name: an identifier that the module does not have yet.
            shape: how its leaves are nested, such as (units, inputs); ``()`` for a single one.
            init: an initialiser such as `xavier`, its name, a number for all, or nested lists of numbers.
            seed: a whole number from which random numbers start; ``None`` takes one from Python's `random`.
            fans: inputs and outputs of one unit, where ``shape`` does not tell.

        Raises:
            TypeError: an argument is of another kind.
            ValueError: ``name`` is taken or no identifier; a size is less than 1; given numbers have another shape.

        Example:
            >>> from nn import Module
            >>> class Table(Module):
            ...     def __init__(self, rows):
            ...         self.declare("entries", (rows, 2), init=0.5)
            >>> table = Table(1_000_000)
            >>> table.num_parameters()
            2000000
            >>> table = Table(1)
            >>> table.entries = [[3, 4]]
            >>> table.entries
            [[Value(data=3.0, grad=0.0), Value(data=4.0, grad=0.0)]]
        """
        who = type(self).__name__
        declared = self.__dict__.setdefault("_declared", {})
        if not str(name).isidentifier() or name in self.__dict__ or name in declared or hasattr(type(self), name):
            raise ValueError(f"{who}: a parameter needs a name that is an identifier and not taken, not {name!r}")
        sizes = tuple(whole(length, f"{who}: shape of {name}") for length in shape)
        rule = initialiser(init, f"{who}: init of {name}")
        declared[name] = Declaration(name, sizes, rule, seeded(seed, who), fans)

    def __getattr__(self, name: str) -> Any:
        """Make a declared parameter when it is first asked for."""
        declaration = self.__dict__.get("_declared", {}).get(name)
        if declaration is None:
            meant = nearest(name, [] if name.startswith("_") else [*self.__dict__.get("_declared", {}), *self.__dict__])
            hint = f": did you mean {meant!r}?" if meant else ""
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}{hint}")
        return self.__dict__.setdefault(name, declaration.make())  # two threads get the same one

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute; of a declared parameter, its numbers or its leaves."""
        declaration = self.__dict__.get("_declared", {}).get(name)
        if declaration is None:
            before = self.__dict__.get(name)
            if is_parameter(before) and is_number(plain(value)):  # a parameter of one's own stays one
                assign(before, filled(plain(value), shape_of(before)))
            else:
                object.__setattr__(self, name, value)
            return
        what = f"{type(self).__name__}.{name}"
        if is_parameter(value):
            if shape_of(value) != declaration.shape:
                wanted, got = in_words(declaration.shape), in_words(shape_of(value))
                raise ValueError(f"{what}: expected Values of {wanted}, got {got}")
            self.__dict__[name] = mapped(lambda leaf: leaf, value)
        else:
            numbers = plain(value)
            numbers = filled(numbers, declaration.shape) if is_number(numbers) else numbers
            assign(getattr(self, name), numbers_for(numbers, declaration.shape, what))

    def _members(self) -> Iterator[tuple[str, Any]]:
        """Yield its own parameters (as declarations if they are not made yet) and its parts, each with a name."""
        attributes = self.__dict__
        declared: Mapping[str, Declaration] = attributes.get("_declared", {})
        for name, declaration in declared.items():
            yield name, attributes.get(name, declaration)
        for name, attribute in list(attributes.items()):  # another thread may be making a parameter
            if name not in declared and name != "_declared":
                yield from _found(name, attribute)

    def _own(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, member in self._members():
            if name in found:
                raise ValueError(
                    f"{type(self).__name__}: two parameters are called {name!r}: rename an attribute or key"
                )
            if not isinstance(member, Module):
                found[name] = member
        return found

    def _in_order(self, blocks: Mapping[str, Any]) -> Iterable[Any]:
        """List what nested lists, one for each parameter of this module alone, hold in the order of `parameters`."""
        return (entry for block in blocks.values() for entry in entries(block))

    # All parameters ---------------------------------------------------------------------------------------------

    def named_modules(self) -> list[tuple[str, Module]]:
        """List this module, under the name ``""``, and all its parts, each before its own parts.

        Example:
            >>> from nn import MLP
            >>> [name for name, _ in MLP(2, [3, 1]).named_modules()]
            ['', 'layers.0', 'layers.1']
        """
        found: dict[int, tuple[str, Module]] = {}  # by identity: a subclass may compare by content
        waiting: list[tuple[str, Module]] = [("", self)]
        while waiting:
            name, module = waiting.pop()
            if id(module) not in found:
                found[id(module)] = name, module
                parts = [(full_name(name, own), part) for own, part in module.children()]
                waiting.extend(reversed(parts))
        return list(found.values())

    def children(self) -> list[tuple[str, Module]]:
        """List the parts of this module that are modules, without theirs, each with its name here.

        Example:
            >>> from nn import MLP
            >>> MLP(2, [3]).children()[0][0]
            'layers.0'
        """
        return [(name, member) for name, member in self._members() if isinstance(member, Module)]

    def parameters(self) -> list[Value]:
        """List every parameter; an optimiser takes this list.

        Example:
            >>> from nn import MLP
            >>> len(MLP(2, [16, 16, 1]).parameters())
            337
        """
        return list(dict.fromkeys(leaf for _, module in self.named_modules() for leaf in module._leaves()))

    def named_parameters(self) -> list[tuple[str, Value]]:
        """List every parameter with its name, in the order of `parameters`.

        Example:
            >>> from nn import Layer
            >>> [name for name, _ in Layer(2, 1).named_parameters()]
            ['weight[0][0]', 'weight[0][1]', 'bias[0]']
        """
        found: dict[Value, str] = {}
        for prefix, module in self.named_modules():
            own = {name: places(full_name(prefix, name), block) for name, block in module._made().items()}
            for name, leaf in zip(module._in_order(own), module._leaves(), strict=True):
                found.setdefault(leaf, name)
        return [(name, leaf) for leaf, name in found.items()]

    def num_parameters(self) -> int:
        """Count the parameters, without making those that are not there yet.

        Example:
            >>> from nn import Layer
            >>> Layer(64 * 64 * 2, 96).num_parameters()
            786528
        """
        blocks = [block for _, module in self.named_modules() for block in module._own().values()]
        there = {leaf for block in blocks if not isinstance(block, Declaration) for leaf in entries(block)}
        return len(there) + sum(block.size for block in blocks if isinstance(block, Declaration))

    def zero_grad(self) -> None:
        """Set ``.grad`` of every parameter to 0, before the next `backward` adds to it.

        Example:
            >>> from nn import Layer
            >>> layer = Layer(1, 1, init=2.0)
            >>> layer(3.0).backward()
            >>> layer.weight[0][0].grad
            3.0
            >>> layer.zero_grad(); layer.weight[0][0].grad
            0.0
        """
        for parameter in self.parameters():
            parameter.grad = 0.0

    def _made(self) -> dict[str, Any]:
        """Return its own parameters, all of them made."""
        return {name: self._make(block) for name, block in self._own().items()}

    def _make(self, block: Any) -> Any:
        """Return one of its own parameters, made if it is only declared."""
        return getattr(self, block.name) if isinstance(block, Declaration) else block

    def _leaves(self) -> Iterable[Value]:
        return self._in_order(self._made())

    # Their numbers ----------------------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """Return the numbers of all parameters by name, as nested lists of floats: to be kept, and loaded again.

        Example:
            >>> from nn import MLP
            >>> MLP(2, [1], init=0.5).state_dict()
            {'layers.0.weight': [[0.5, 0.5]], 'layers.0.bias': [0.0]}
        """
        return {
            full: block.numbers() if isinstance(block, Declaration) else mapped(_data, block)
            for full, (_, block) in self._blocks().items()
        }

    def _blocks(self) -> dict[str, tuple[Module, Any]]:
        """Return all parameters by their full names, with the modules whose own they are."""
        found: dict[str, tuple[Module, Any]] = {}
        for prefix, module in self.named_modules():
            for name, block in module._own().items():
                full = full_name(prefix, name)
                if full in found:
                    who = type(self).__name__
                    raise ValueError(f"{who}: two parameters are called {full!r}: rename an attribute or key")
                found[full] = module, block
        return found

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Set the numbers of all parameters: all of them, or none where something is wrong.

        Args:
            state: numbers by name, as from `state_dict`; arrays and tensors will do.

        Raises:
            TypeError: ``state`` is no mapping, or not made of numbers.
            ValueError: names are missing or not known, or shapes differ; all of them are named.

        Example:
            >>> from nn import MLP
            >>> model = MLP(2, [1])
            >>> model.load_state_dict({"layers.0.weight": [[0.5, -1]], "layers.0.bias": [2]})
            >>> model([1.0, 1.0]).data
            1.5
            >>> model.load_state_dict({"layers.0.weight": [[0.5, -1]]})
            Traceback (most recent call last):
            ...
            ValueError: MLP: cannot load: missing: layers.0.bias
        """
        who = type(self).__name__
        if not isinstance(state, Mapping):
            raise TypeError(
                f"{who}: numbers by name are loaded, as state_dict() returns them, not {type(state).__name__}"
            )
        blocks = self._blocks()
        wrong = [f"{what}: {listed(names)}" for what, names in _mismatches(blocks, state) if names]
        numbers = {}
        for full, (_, block) in blocks.items():
            if full in state:
                try:
                    numbers[full] = numbers_for(state[full], shape_of_block(block), full)
                except ValueError as error:
                    wrong.append(str(error))
        if wrong:
            raise ValueError(f"{who}: cannot load: {'; '.join(wrong)}")
        made = [(module._make(block), numbers[full]) for full, (module, block) in blocks.items()]
        with uninterrupted():
            for leaves, new in made:
                assign(leaves, new)

    # What it is to a reader -------------------------------------------------------------------------------------

    def arguments(self) -> str:
        """Write the arguments that it was made with, for ``repr``; a subclass may have its own."""
        return ""

    def __repr__(self) -> str:
        """Show the module and its parts, each with the number of its parameters."""
        rows = list(_outline(self, "", ""))
        if len(rows) == 1:
            return rows[0][0]
        wide = max(len(text) for text, _ in rows)
        return "\n".join(f"{text:<{wide}}  {count:>9,} parameters" for text, count in rows)


def full_name(prefix: str, name: str) -> str:
    """Return what a part or a parameter of a module is called in the whole, where the module is called ``prefix``."""
    return f"{prefix}.{name}" if prefix else name


def _found(name: str, attribute: Any, around: tuple[int, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Yield the parameters and modules in an attribute, each with its name; ``around`` are the containers it is in."""
    if isinstance(attribute, Module) or is_parameter(attribute):
        yield name, attribute
    elif isinstance(attribute, (list, tuple, dict)) and id(attribute) not in around:
        items = attribute.items() if isinstance(attribute, dict) else enumerate(attribute)
        for key, item in items:
            yield from _found(f"{name}.{key}", item, (*around, id(attribute)))


def _mismatches(known: Mapping[str, Any], given: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    return [
        ("missing", [name for name in known if name not in given]),
        ("not known here", [str(name) for name in given if name not in known]),
    ]


def _data(leaf: Value) -> float:
    return leaf.data


def _outline(module: Module, name: str, indent: str, around: tuple[int, ...] = ()) -> Iterator[tuple[str, int]]:
    heading = f"{type(module).__name__}({module.arguments()})"
    inside = id(module) in around  # a part that refers to what it is a part of
    yield f"{indent}{name}{': ' if name else ''}{heading}{' (again)' * inside}", module.num_parameters()
    for own, part in () if inside else module.children():
        yield from _outline(part, own, indent + "  ", (*around, id(module)))
