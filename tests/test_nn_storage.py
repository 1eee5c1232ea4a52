"""Models on disk: to the bit in both formats, complete or not at all, and no damage that goes unnoticed."""

from __future__ import annotations

import importlib
import json
import math
import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

import nn.storage
from autograd import MissingExtraError
from nn import DAG, MLP, Conv2d, DamagedFileError, Layer, LayerNorm, Module, MultiHeadAttention, Sequential, load, save
from tests.nn_reference import data, import_torch

SUFFIXES = [".json", ".safetensors"]
BOTH = pytest.mark.parametrize("suffix", SUFFIXES)
HARD = [
    math.nan, math.inf, -math.inf, 0.0, -0.0, 5e-324, -2.5e-310, 2.2250738585072014e-308, 1e308,
    -1.7976931348623157e308, 0.1, 1.0 / 3.0, -1.0, 1e16 + 2.0,
]  # fmt: skip


def bits(numbers: list[float]) -> list[bytes]:
    """Return floats as they are in memory; all nan are one."""
    return [struct.pack("<d", math.nan if math.isnan(x) else x) for x in numbers]


def hard_model() -> Layer:
    layer = Layer(len(HARD), 1, bias=False)
    for leaf, number in zip(layer.parameters(), HARD, strict=True):
        leaf.data = number
    return layer


@BOTH
def test_every_float_comes_back_to_the_bit(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"model{suffix}"
    save(hard_model(), path)
    model = Layer(len(HARD), 1, bias=False)
    load(model, path)
    assert bits(data(model.parameters())) == bits(HARD)
    assert list(tmp_path.iterdir()) == [path]


@BOTH
@pytest.mark.parametrize(
    "make",
    [
        lambda: MLP(2, [3, 1], "tanh"),
        lambda: Sequential(Conv2d(1, 2, 2), "relu", LayerNorm(3)),
        lambda: MultiHeadAttention(4, 2),
        lambda: DAG("x → a → b, x → b", inputs=2),
    ],
)
def test_models_come_back(make: Callable[[], Module], suffix: str, tmp_path: Path) -> None:
    path = str(tmp_path / f"model{suffix.upper()}")
    model, other = make(), make()
    save(model, path)
    assert other.state_dict() != model.state_dict()
    leaves = other.parameters()
    load(other, path)
    assert other.state_dict() == model.state_dict()
    assert other.parameters() == leaves


def test_json_is_plain_and_may_be_changed_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    save(MLP(1, [1], init=0.5), path)
    document = json.loads(path.read_text(encoding="utf-8"))
    assert document["parameters"] == {"layers.0.weight": [[0.5]], "layers.0.bias": [0.0]}
    document["parameters"]["layers.0.bias"] = [7]
    model = MLP(1, [1], init=0.25)
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(DamagedFileError, match=r"not those that were saved.*delete its line \"sha256\""):
        load(model, path)
    assert data(model.parameters()) == [0.25, 0.0]
    del document["sha256"]
    path.write_text(json.dumps(document), encoding="utf-8")
    load(model, path)
    assert data(model.parameters()) == [0.5, 7.0]


def test_safetensors_can_be_read_elsewhere(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    model = MLP(2, [3, 1], seed=0)
    save(model, path)
    tensors = safetensors.numpy.load_file(path)
    assert {name: tensor.tolist() for name, tensor in tensors.items()} == model.state_dict()
    assert {tensor.dtype for tensor in tensors.values()} == {np.dtype("float64")}


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_tensors_from_elsewhere_are_loaded_by_their_names(dtype: str, tmp_path: Path) -> None:
    path = tmp_path / "theirs.safetensors"
    source = np.random.default_rng(0)
    tensors = {"layers.0.weight": source.normal(size=(1, 2)).astype(dtype), "layers.0.bias": np.ones(1, dtype)}
    safetensors.numpy.save_file(tensors, path)
    model = MLP(2, [1])
    load(model, path)
    assert model.state_dict() == {name: tensor.astype(float).tolist() for name, tensor in tensors.items()}


def test_a_model_of_pytorch_computes_the_same_here(tmp_path: Path) -> None:
    torch = import_torch()
    theirs = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Tanh(), torch.nn.Linear(3, 1))
    path = tmp_path / "theirs.safetensors"
    names = {"0.weight": "layers.0.weight", "0.bias": "layers.0.bias", "2.weight": "layers.2.weight"}
    state = {names.get(name, f"layers.{name}"): t.numpy() for name, t in theirs.state_dict().items()}
    safetensors.numpy.save_file(state, path)
    ours = Sequential(Layer(2, 3, "identity"), "tanh", Layer(3, 1, "identity"))
    load(ours, path)
    expected = theirs.double()(torch.tensor([0.5, -1.5], dtype=torch.float64)).item()
    assert ours([0.5, -1.5]).data == pytest.approx(expected, rel=1e-14)


# Complete or not at all -----------------------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("failing", ["fsync", "replace", "write"])
def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    failing: str, suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"model{suffix}"
    save(MLP(1, [1], init=0.5), path)
    before = path.read_bytes()

    def fail(*arguments: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        if failing == "fsync":
            patched.setattr(os, "fsync", fail)
        elif failing == "replace":
            patched.setattr(Path, "replace", fail)
        else:
            patched.setattr(Path, "open", fail)
        with pytest.raises(OSError, match="No space left"):
            save(MLP(1, [1], init=0.75), path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
    save(MLP(1, [1], init=0.75), path)
    assert path.read_bytes() != before
    assert list(tmp_path.iterdir()) == [path]


@BOTH
def test_folders_that_cannot_be_written(suffix: str, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        save(MLP(1, [1]), tmp_path / "missing" / f"model{suffix}")
    with pytest.raises(FileNotFoundError):
        load(MLP(1, [1]), tmp_path / f"missing{suffix}")
    folder = tmp_path / f"folder{suffix}"
    folder.mkdir()
    with pytest.raises(OSError, match="folder"):
        save(MLP(1, [1]), folder)
    assert list(tmp_path.iterdir()) == [folder]
    if os.geteuid() != 0:  # root may write anywhere
        folder.chmod(0o500)
        with pytest.raises(PermissionError):
            save(MLP(1, [1]), folder / f"model{suffix}")
        folder.chmod(0o700)
    assert not list(folder.iterdir())


@pytest.mark.skipif(os.name != "posix", reason="links and modes are those of POSIX")
def test_links_and_modes_are_kept(tmp_path: Path) -> None:
    path, link = tmp_path / "model.json", tmp_path / "link.json"
    save(MLP(1, [1], init=0.5), path)
    path.chmod(0o640)
    link.symlink_to(path)
    save(MLP(1, [1], init=0.75), link)
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    assert json.loads(path.read_text(encoding="utf-8"))["parameters"]["layers.0.weight"] == [[0.75]]


# Damage ---------------------------------------------------------------------------------------------------------------

NUMBERS = [0.5, -1.25, 0.0]


def saved(suffix: str, tmp_path: Path) -> tuple[Path, bytes]:
    path = tmp_path / f"model{suffix}"
    model = MLP(2, [1])
    model.load_state_dict({"layers.0.weight": [NUMBERS[:2]], "layers.0.bias": NUMBERS[2:]})
    save(model, path)
    return path, path.read_bytes()


def assert_harmless(content: bytes, path: Path, model: MLP) -> bool:
    """Load changed content: it is refused and nothing happens, or the numbers are the same; tell whether it was."""
    path.write_bytes(content)
    before = [7.0, 8.0, 9.0]
    for leaf, number in zip(model.parameters(), before, strict=True):
        leaf.data = number
    refused: ValueError | None = None
    try:
        load(model, path)
    except ValueError as error:
        refused = error
    assert refused is None or (type(refused) in (ValueError, DamagedFileError) and str(refused))
    assert bits(data(model.parameters())) == bits(before if refused else NUMBERS)
    return refused is not None


@BOTH
def test_a_file_cut_short_anywhere_is_refused(suffix: str, tmp_path: Path) -> None:
    path, content = saved(suffix, tmp_path)
    model = MLP(2, [1])
    allowed = {len(content) - 1} if suffix == ".json" else set()  # only the last line break is missing
    harmless = {n for n in range(len(content)) if not assert_harmless(content[:n], path, model)}
    assert harmless == allowed
    assert not assert_harmless(content, path, model)


@BOTH
def test_no_flipped_bit_gives_other_numbers(suffix: str, tmp_path: Path) -> None:
    path, content = saved(suffix, tmp_path)
    model = MLP(2, [1])
    refused = 0
    for place in range(len(content)):
        for mask in (1, 2, 4, 8, 16, 32, 64, 128, 255):
            changed = bytearray(content)
            changed[place] ^= mask
            refused += assert_harmless(bytes(changed), path, model)
    # Harmless are white space, 0.0 as 0e0 and the like, and the names of metadata that nobody needs.
    assert refused > 0.9 * 9 * len(content)


@BOTH
def test_bytes_put_in_or_left_out_give_no_other_numbers(suffix: str, tmp_path: Path) -> None:
    path, content = saved(suffix, tmp_path)
    model = MLP(2, [1])
    for place in range(len(content)):
        assert_harmless(content[:place] + content[place + 1 :], path, model)
        for byte in (b"\x00", b"0", b'"', b"}", b"\xff"):
            assert_harmless(content[:place] + byte + content[place:], path, model)


def header(fields: object, body: bytes = b"", length: int | None = None) -> bytes:
    text = fields if isinstance(fields, bytes) else json.dumps(fields).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + body


def tensor(shape: list[int], start: int, end: int, dtype: str = "F64") -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, end]}


WEIGHT, BIAS = tensor([1, 2], 0, 16), tensor([1], 16, 24)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00" * 8,
        b"\xff" * 8,
        b"\xff" * 64,
        header({}, length=2**63),
        header({}, length=2**64 - 1),
        header({}, length=100_000_000),
        header({}, length=10**12),
        header(b"[]"),
        header(b"null"),
        header(b'"' + b"\xff" * 5 + b'"'),
        header(b"[" * 50_000),
        header({"layers.0.weight": WEIGHT, "layers.0.bias": BIAS}, bytes(23)),
        header({"layers.0.weight": WEIGHT, "layers.0.bias": BIAS}, bytes(25)),
        header({"layers.0.weight": tensor([2**62, 2**62], 0, 16), "layers.0.bias": BIAS}, bytes(24)),
        header({"layers.0.weight": tensor([-1, -2], 0, 16), "layers.0.bias": BIAS}, bytes(24)),
        header({"layers.0.weight": tensor([1, 2], 8, 24), "layers.0.bias": tensor([1], 0, 8), "x": BIAS}, bytes(24)),
        header({"layers.0.weight": tensor([1, 2], 0, 16, "F65"), "layers.0.bias": BIAS}, bytes(24)),
        header({"layers.0.weight": {"dtype": "F64"}, "layers.0.bias": BIAS}, bytes(24)),
        header({"layers.0.weight": WEIGHT, "layers.0.bias": BIAS, "__metadata__": {"sha256": "0"}}, bytes(24)),
        header({"layers.0.weight": WEIGHT, "layers.0.bias": BIAS, "__metadata__": {"sha256": 0}}, bytes(24)),
        header({"layers.0.weight": WEIGHT, "layers.0.bias": BIAS, "__metadata__": 3}, bytes(24)),
        header({"layers.0.weight": tensor([1, 2], 0, 4, "BF16"), "layers.0.bias": tensor([1], 4, 6, "BF16")}, bytes(6)),
        header({"layers.0.weight": tensor([1, 2], 0, 2, "F8_E4M3"), "layers.0.bias": tensor([1], 2, 10)}, bytes(10)),
        header({"layers.0.weight": tensor([1, 2], 0, 16, "C64"), "layers.0.bias": BIAS}, bytes(24)),
        header({"layers.0.weight": tensor([1, 2], 0, 16, "I64"), "layers.0.bias": BIAS}, bytes(24)),
    ],
)
def test_safetensors_that_claim_what_is_not_there(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(content)
    model = MLP(2, [1], init=0.5)
    with pytest.raises(DamagedFileError, match=r"model\.safetensors"):
        load(model, path)
    assert data(model.parameters()) == [0.5, 0.5, 0.0]


HEAD: dict[str, Any] = {"format": nn.storage.FORMAT, "version": 1}


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (b"", "no JSON"),
        (b"\xff\xfe", "no JSON: UnicodeDecodeError"),
        (b"[" * 200_000, "no JSON"),
        (b"[]", "holds no parameters"),
        (b"{}", "does not say that its format is"),
        (b"nan", "no JSON"),
        ({**HEAD, "version": 2}, "has version 2; this library reads 1"),
        ({**HEAD, "version": [1]}, "has version"),
        ({**HEAD, "parameters": [1.0]}, "holds no parameters"),
        (HEAD, "holds no parameters"),
        ({**HEAD, "parameters": {"layers.0.bias": "x"}}, "'x' is no number"),
        ({**HEAD, "parameters": {"layers.0.bias": [None]}}, "None is no number"),
        ({**HEAD, "parameters": {"layers.0.bias": [True]}}, "True is no number"),
        ({**HEAD, "parameters": {"layers.0.bias": [{}]}}, "{} is no number"),
        (json.dumps({**HEAD, "parameters": {"layers.0.bias": [10**400]}}).encode(), "no number"),
        (json.dumps({**HEAD, "parameters": {"a": 7}}).encode().replace(b"7", b"9" * 5000), "digits"),
    ],
)  # fmt: skip
def test_json_that_is_something_else(document: Any, words: str, tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    path.write_bytes(document if isinstance(document, bytes) else json.dumps(document).encode())
    model = MLP(2, [1], init=0.5)
    with pytest.raises(DamagedFileError) as caught:
        load(model, path)
    assert words in str(caught.value)
    assert data(model.parameters()) == [0.5, 0.5, 0.0]


# Wrong models, suffixes and libraries ---------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize(
    ("model", "words"),
    [
        (MLP(2, [1, 1], init=0.5), ["missing: layers.1.weight, layers.1.bias"]),
        (
            Layer(2, 1, init=0.5),
            ["not known here: layers.0.", "layers.0.weight", "layers.0.bias", "missing: weight, bias"],
        ),
        (MLP(3, [1], init=0.5), ["layers.0.weight", "1 × 3", "1 × 2"]),
    ],
)
def test_a_file_of_another_model(model: Module, words: list[str], suffix: str, tmp_path: Path) -> None:
    path, _ = saved(suffix, tmp_path)
    before = model.state_dict()
    with pytest.raises(ValueError, match="cannot load") as caught:
        load(model, path)
    assert type(caught.value) is ValueError
    assert all(word in str(caught.value) for word in words), caught.value
    assert model.state_dict() == before


@pytest.mark.parametrize("name", ["model", "model.pt", "model.json.gz", ".json"])
def test_other_suffixes(name: str, tmp_path: Path) -> None:
    for function in (save, load):
        with pytest.raises(ValueError, match=r"suffixes are \.json, \.safetensors"):
            function(MLP(1, [1]), tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_library_that_is_missing_is_named_with_its_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, _ = saved(".safetensors", tmp_path)

    def missing(name: str) -> Any:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.setattr(importlib, "import_module", missing)
    model = MLP(2, [1], init=0.5)
    with pytest.raises(MissingExtraError, match=r"safetensors.*pip install 'scalar-autograd\[safetensors\]'"):
        load(model, path)
    with pytest.raises(MissingExtraError, match=r"numpy.*pip install 'scalar-autograd\[safetensors\]'"):
        save(model, tmp_path / "other.safetensors")
    assert data(model.parameters()) == [0.5, 0.5, 0.0]
    assert list(tmp_path.iterdir()) == [path]
    save(model, tmp_path / "model.json")  # needs none
