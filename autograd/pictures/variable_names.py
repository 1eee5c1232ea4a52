"""Names for nodes from a program's variables: ``names=locals()``."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from autograd.value import Value


def variable_names(names: Mapping[str, Any] | None, graph: Collection[Value]) -> dict[Value, str]:
    """Find the nodes of a graph among variables, and in lists, tuples, dictionaries and arrays that these hold.

    Of several names for one node the least nested counts, and of these the first. Names that start with ``_`` are
    skipped.

    Args:
        names: the variables, such as ``locals()``.
        graph: the nodes that may be named.

    Raises:
        TypeError: ``names`` does not map names to anything.

    Example:
        >>> from autograd import Value
        >>> a, b, c = Value(1.0), Value(2.0), Value(3.0)
        >>> variables = {"W": [[a, b]], "best": b, "layers": {"out": c}, "_": a, "pi": 3.14}
        >>> found = variable_names(variables, {a, b, c})
        >>> [found[node] for node in (a, b, c)]
        ['W[0][0]', 'best', 'layers[out]']
    """
    if names is None:
        return {}
    if not isinstance(names, Mapping):
        raise TypeError(f"names maps names to Values, as locals() does; it is not {type(names).__name__}")
    for name in names:
        if not isinstance(name, str):
            raise TypeError(f"names maps names to Values, not the other way round: a name is {type(name).__name__}")
    found: dict[Value, str] = {}
    history = ("In", "Out") if "get_ipython" in names else ()  # of a notebook: what its cells were and gave
    level = [(name, x) for name, x in names.items() if not name.startswith("_") and name not in history]
    met: dict[int, Any] = {}  # containers may hold themselves; they are kept, so that no other gets their id
    while level and len(found) < len(graph):
        inner = []
        for name, x in level:
            if type(x) is Value:
                if x in graph:
                    found.setdefault(x, name)
            elif _is_container(x) and id(x) not in met:
                met[id(x)] = x
                inner.append((name, x))
        level = [(f"{name}[{key}]", item) for name, x in inner for key, item in _items(x)]
    return found


# Types are asked, not the objects: a variable may hold anything, a proxy that fails when it is touched included.


def _is_container(x: object) -> bool:
    return issubclass(type(x), (list, tuple, dict)) or _is_array(x)


def _is_array(x: Any) -> bool:
    """Tell whether it is a NumPy array of objects; arrays of numbers hold no `Value`."""
    return hasattr(type(x), "tolist") and hasattr(type(x), "dtype") and getattr(x.dtype, "kind", "") == "O"


def _items(x: Any) -> Iterator[tuple[Any, Any]]:
    """Yield key and item of those items that are or may hold a `Value`."""
    if _is_array(x):
        x = x.tolist()
    pairs = x.items() if isinstance(x, dict) else enumerate(x) if isinstance(x, (list, tuple)) else [("()", x)]
    return ((key, item) for key, item in pairs if type(item) is Value or _is_container(item))
