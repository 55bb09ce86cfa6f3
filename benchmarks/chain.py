"""One measured `materialize()` of a chain of trivial assets, by Headwater or Dagster alike.

Run as `python benchmarks/chain.py headwater|dagster COUNT`; prints the seconds.
"""

from __future__ import annotations

import importlib
import sys
import time
from typing import Any


def main() -> None:
    """Make a short chain to warm up, then the one that counts."""
    dg: Any = importlib.import_module(sys.argv[1])

    def chain(size: int) -> list[Any]:
        names = [f"a{number}" for number in range(size)]
        return [
            dg.asset(name=name, deps=names[number - 1 : number] if number else [])(lambda: None)
            for number, name in enumerate(names)
        ]

    dg.materialize(chain(2))
    assets = chain(int(sys.argv[2]))
    begun = time.perf_counter()
    result = dg.materialize(assets)
    took = time.perf_counter() - begun
    assert result.success
    print(took)


if __name__ == "__main__":
    main()
