"""Run in a fresh process by `benchmarks.memory`: print by how much it grows per operation while a graph is built."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from benchmarks.memory import OPERATIONS, chains
from benchmarks.peers import load
from benchmarks.values import with_both


def resident_bytes() -> int:
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def main(name: str, symbol: str, operations: int) -> None:
    engine = with_both(load(["micrograd"])[0])[name]
    before = resident_bytes()
    ends = chains(engine, OPERATIONS[symbol], operations)
    print((resident_bytes() - before) / operations, flush=True)
    assert ends
    os._exit(0)  # freeing a million of a peer's nodes one by one would only take time


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
