"""Models on disk, as JSON or safetensors: numbers and names, nothing that is executed."""

from __future__ import annotations

import hashlib
import json
import math
import os
import secrets
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from nn.extras import library
from nn.module import Module
from nn.nesting import entries, listed, mapped, shape_of

FORMAT = "scalar-autograd parameters"
VERSION = 1
_WORDS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}  # what JSON has no numerals for


class DamagedFileError(ValueError):
    """A file does not hold what was saved in it, or nothing that `load` can read.

    Example:
        >>> from nn import DamagedFileError
        >>> issubclass(DamagedFileError, ValueError)
        True
    """


def save(model: Module, path: str | os.PathLike[str]) -> None:
    """Write the numbers of all parameters to a file, completely or not at all.

    Args:
        model: a module.
        path: a file ending in ``.json`` (all digits, readable) or ``.safetensors`` (needs the extra ``safetensors``).

    Raises:
        MissingExtraError: a library is not installed.
        TypeError: ``model`` is no module.
        ValueError: another suffix.
        OSError: the file cannot be written; an existing one is left as it was.

    Example:
        >>> from nn import MLP, load, save
        >>> save(MLP(2, [3, 1], init=0.5), "model.json")
        >>> model = MLP(2, [3, 1])
        >>> load(model, "model.json")
        >>> model.layers[0].weight[0][0].data
        0.5
    """
    _require_module(model, "save")
    write, _ = _format(path)
    _replace(Path(path), write(model.state_dict()))


def load(model: Module, path: str | os.PathLike[str]) -> None:
    """Set the numbers of all parameters to those of a file; where anything is wrong, the model is left as it was.

    Args:
        model: a module with the same names and shapes as the one that was saved.
        path: a file that `save` wrote; or a safetensors file from elsewhere, of floats with these names.

    Raises:
        DamagedFileError: the file was cut short or changed, or is something else.
        MissingExtraError: a library is not installed.
        TypeError: ``model`` is no module.
        ValueError: another suffix; names or shapes are not the model's.
        OSError: the file cannot be read.

    Example:
        >>> from nn import MLP, load
        >>> with open("cut.json", "w") as file:
        ...     _ = file.write('{"format": "scalar-auto')
        >>> load(MLP(2, [1]), "cut.json")
        Traceback (most recent call last):
        ...
        nn.storage.DamagedFileError: 'cut.json' is no JSON: Unterminated string starting at line 1, column 12
    """
    _require_module(model, "load")
    _, read = _format(path)
    model.load_state_dict(read(Path(path).read_bytes(), os.fspath(path)))


def _require_module(model: object, who: str) -> None:
    if not isinstance(model, Module):
        raise TypeError(f"{who} takes a module, then a path; not {type(model).__name__} ({model!r:.60})")


State: TypeAlias = dict[str, Any]
Writer: TypeAlias = Callable[[State], bytes]
Reader: TypeAlias = Callable[[bytes, str], State]


def _format(path: str | os.PathLike[str]) -> tuple[Writer, Reader]:
    suffix = Path(path).suffix.lower()
    if suffix not in FORMATS:
        raise ValueError(f"cannot tell the format from {os.fspath(path)!r}: the suffixes are {', '.join(FORMATS)}")
    return FORMATS[suffix]


def _to_json(state: State) -> bytes:
    parameters = mapped_values(state, lambda x: x if math.isfinite(x) else str(x))
    head = {"format": FORMAT, "version": VERSION, "sha256": _digest(state)}
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in head.items()]
    rows = ",\n".join(f"    {json.dumps(name)}: {json.dumps(block)}" for name, block in parameters.items())
    lines.append(f'  "parameters": {{\n{rows}\n  }}')
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode("utf-8")


def _from_json(content: bytes, path: str) -> State:
    try:
        document = json.loads(content.decode("utf-8"), object_pairs_hook=_without_repetition)
    except json.JSONDecodeError as error:
        where = f"{error.msg.removesuffix(' at')} at line {error.lineno}, column {error.colno}"
        raise DamagedFileError(f"{path!r} is no JSON: {where}") from None
    except (UnicodeDecodeError, RecursionError) as error:
        raise DamagedFileError(f"{path!r} is no JSON: {type(error).__name__}") from None
    except ValueError as error:  # a name twice, or a whole number of more digits than Python reads
        raise DamagedFileError(f"{path!r}: {error}") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise DamagedFileError(f"{path!r} holds no parameters: it does not say that its format is {FORMAT!r}")
    if document.get("version") != VERSION:
        raise DamagedFileError(f"{path!r} has version {document.get('version')!r}; this library reads {VERSION}")
    parameters = document.get("parameters")
    if not isinstance(parameters, dict):
        raise DamagedFileError(f"{path!r} holds no parameters")
    try:
        state = mapped_values(parameters, lambda x: _WORDS[x] if isinstance(x, str) else _float(x))
    except (KeyError, TypeError) as error:
        raise DamagedFileError(f"{path!r}: {error.args[0]!r} is no number") from None
    except (OverflowError, RecursionError) as error:
        raise DamagedFileError(f"{path!r} holds what is no number here: {error}") from None
    _require_digest(document.get("sha256"), state, path, 'delete its line "sha256" if you changed them yourself')
    return state


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = dict(pairs)
    if len(names) < len(pairs):
        raise ValueError(f"a name occurs twice among {listed(repr(name) for name, _ in pairs)}")
    return names


def _float(x: object) -> float:
    if isinstance(x, bool) or not isinstance(x, (int, float)):
        raise TypeError(x)
    return float(x)


def _to_safetensors(state: State) -> bytes:
    numpy = library("numpy", "safetensors", "safetensors files")
    if "__metadata__" in state:
        raise ValueError(
            "a safetensors file cannot hold a parameter called '__metadata__': rename it, or save as .json"
        )
    tensors = {name: numpy.array(block, dtype=numpy.float64) for name, block in state.items()}
    metadata = {"format": FORMAT, "sha256": _digest(state)}
    content: bytes = library("safetensors.numpy", "safetensors", "safetensors files").save(tensors, metadata)
    return content


def _from_safetensors(content: bytes, path: str) -> State:
    reader = library("safetensors", "safetensors", "safetensors files")
    arrays = library("safetensors.numpy", "safetensors", "safetensors files")
    try:
        state = {name: _floats(array, name) for name, array in sorted(arrays.load(content).items())}
        length = int.from_bytes(content[:8], "little")
        metadata = json.loads(content[8 : 8 + length].decode("utf-8")).get("__metadata__") or {}
    except (reader.SafetensorError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DamagedFileError(f"{path!r} is no safetensors file that can be read: {error}") from None
    _require_digest(metadata.get("sha256"), state, path, "it was damaged")
    return state


def _floats(array: Any, name: str) -> Any:
    if array.dtype.kind != "f":
        raise ValueError(f"{name} is made of {array.dtype}, not of floats")
    return array.astype("float64").tolist()


def mapped_values(state: Mapping[str, Any], function: Callable[[Any], Any]) -> State:
    """Apply a function to all numbers of a state.

    Example:
        >>> mapped_values({"bias": [1.0, 2.0]}, str)
        {'bias': ['1.0', '2.0']}
    """
    return {name: mapped(function, block) for name, block in state.items()}


def _digest(state: Mapping[str, Any]) -> str:
    """Return a checksum of names, shapes and all digits."""
    digest = hashlib.sha256()
    for name in sorted(state):
        digest.update(f"{name}{_shape(state[name])}:".encode("utf-8", "surrogatepass"))
        digest.update(",".join(float(x).hex() for x in entries(state[name])).encode())
    return digest.hexdigest()


def _shape(block: Any) -> object:
    try:
        return shape_of(block)
    except ValueError:
        return None  # which loading will refuse


def _require_digest(expected: object, state: State, path: str, advice: str) -> None:
    if expected is not None and expected != _digest(state):
        raise DamagedFileError(f"{path!r}: the numbers are not those that were saved; {advice}")


FORMATS: dict[str, tuple[Writer, Reader]] = {
    ".json": (_to_json, _from_json),
    ".safetensors": (_to_safetensors, _from_safetensors),
}


def _replace(path: Path, content: bytes) -> None:
    """Write a file by way of another one in the same folder, so that it is never there in part."""
    try:
        path = path.resolve()  # a link keeps pointing to the file it names
    except RuntimeError as error:  # what Python 3.11 says of links that run in a circle
        raise OSError(str(error)) from None
    if path.exists() and not path.is_file():
        raise OSError(f"{str(path)!r} is no file that could be replaced")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"no such folder: {str(path.parent)!r}")
    temporary = path.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
