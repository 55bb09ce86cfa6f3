"""A generated company: some thousand assets in domains, from raw tables to dashboards, the same for each system."""

from __future__ import annotations

_TEMPLATE = """
import random
import {library} as hw

_LAYERS = (("raw", 10), ("staging", 10), ("core", 10), ("marts", 6), ("dashboards", 4))
_WORDS = ("orders", "customers", "payments", "sessions", "stock", "prices", "returns", "leads", "visits", "shipments")
_OWNERS = ("team:platform", "team:finance", "team:growth", "ada@example.com", "lin@example.com")


def _make(name, deps, group, owner, layer):
    common = dict(group_name=group, owners=[owner], tags={{"layer": layer}}, kinds={{layer}})
    if layer in ("raw", "dashboards"):
        return hw.AssetSpec(name, deps=deps, description=f"The {{layer}} data of {{group}}", **common)

    @hw.asset(name=name, deps=deps, description=f"The {{layer}} data of {{group}}", **common)
    def made():
        return None

    return made


def _assets(count):
    chance = random.Random(7)
    made, raised, number = [], {{}}, 0
    while len(made) < count:
        domain = f"domain_{{number:03}}"
        above = []
        for layer, size in _LAYERS:
            mine = []
            for place in range(size):
                if len(made) == count:
                    break
                name = f"{{layer}}_{{domain}}_{{_WORDS[place]}}"
                deps = chance.sample(above, min(len(above), chance.randint(1, 3))) if above else []
                if layer == "marts" and raised and chance.random() < 0.15:
                    deps.append(chance.choice(raised[chance.randrange(len(raised))]))
                made.append(_make(name, deps, domain, chance.choice(_OWNERS), layer))
                mine.append(name)
            if layer == "core" and mine:
                raised[number] = mine
            above = mine or above
        number += 1
    return made


defs = hw.Definitions(assets=_assets({count}))
"""


def estate(library: str, count: int) -> str:
    """The definitions of a number of assets, for `headwater` or for a library with the same names."""
    return _TEMPLATE.format(library=library, count=count)
