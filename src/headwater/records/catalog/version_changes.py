"""What changed since a version was made: its code, the versions of its inputs, or which inputs it has.

A version is compared with what would be read now, partition by partition as the mappings say. Whatever came to the log
before the making began has been read; what came later makes a difference only if its version has another name. So does
what was read and then withdrawn, where there is another version to read in its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from headwater.definitions.partitions import Ordinals
from headwater.errors import InvalidInvocationError
from headwater.graph.asset_graph import AssetGraph, AssetNode
from headwater.graph.partition_links import PartitionLinks
from headwater.records.catalog.staleness import StaleCause, StaleKind
from headwater.records.log.events import EventKind
from headwater.records.log.fold import WHOLE, Latest, newest_telling, telling_kinds
from headwater.records.log.versions import Basis, join_versions

_MADE = EventKind.MATERIALIZATION
States = Mapping[tuple[str, EventKind], Latest]
"""By asset and kind, or by partition and kind, the latest event."""


class VersionChanges:
    """Compares what was made with what would be read now.

    Args:
        graph: The assets.
        links: Which of their partitions go together.
        latest: The state of assets by key and kind.
        partitions: By key the states of partitions; of an input that is not among them, only the newest one counts.
        former: The present keys of assets by former ones.
        corrected: By key the partitions of which something was withdrawn or wiped, each with the event that last did.
    """

    def __init__(
        self,
        graph: AssetGraph,
        links: PartitionLinks,
        latest: States,
        partitions: Mapping[str, States],
        former: Mapping[str, str] | None = None,
        corrected: Mapping[str, Mapping[str, int]] | None = None,
    ) -> None:
        self._graph = graph
        self._links = links
        self._latest = latest
        self._partitions = partitions
        self._former = former or {}
        self._corrected = corrected or {}
        self._told: dict[str, dict[str, Latest]] = {}
        self._stale: dict[tuple[str, str], bool] = {}

    def of_asset(self, key: str) -> list[StaleCause]:
        """What changed for any version of an asset: one cause for each kind and input."""
        node = self._graph.node(key)
        if node.definition.partitions is None:
            made = self._latest.get((key, _MADE))
            return [] if made is None else list(self._compare(node, WHOLE, made))
        parts = {part: made for (part, kind), made in self._partitions.get(key, {}).items() if kind is _MADE}
        found: dict[tuple[StaleKind, str], StaleCause] = {}
        ups = self._inputs(node)
        concerned = {up: self._concerned(node, up, parts) for up in ups}
        for part, made in parts.items():
            causes = [*self._code(node, made), *self._dependencies(node, part, made)]
            for up in ups:
                among = concerned[up]
                if among is None or part in among:
                    causes += self._input(node, part, made, up)
            for cause in causes:
                found.setdefault((cause.kind, cause.upstream), cause)
            if len(found) > len(ups):
                break
        return list(found.values())

    def is_stale(self, key: str, partition: str = WHOLE) -> bool:
        """Whether a version is not what its code would make now of what its inputs would be, up to the roots.

        What was never made is not stale.
        """
        place = (key, partition)
        if place not in self._stale:
            self._stale[place] = False  # A cycle of external assets ends here.
            self._stale[place] = self._judge(key, partition)
        return self._stale[place]

    def is_stale_or_missing(self, key: str, partition: str = WHOLE) -> bool:
        """Whether a version of an asset was never made, or is stale; the whole of one that has no partitions."""
        if not self._has_parts(key):
            partition = WHOLE
        return self._made(key, partition) is None or self.is_stale(key, partition)

    def _made(self, key: str, partition: str) -> Latest | None:
        if partition == WHOLE:
            return self._latest.get((key, _MADE))
        return self._partitions.get(key, {}).get((partition, _MADE))

    def _judge(self, key: str, partition: str) -> bool:
        node, made = self._graph.node(key), self._made(key, partition)
        if node.kind != "native" or made is None:
            return False
        if next(self._compare(node, partition, made), None) is not None:
            return True
        return any(
            self.is_stale(up, part)
            for up in self._inputs(node)
            if self._graph.node(up).kind == "native"
            for part in self._read_keys(node, partition, up)
        )

    def _compare(self, node: AssetNode, partition: str, made: Latest) -> Iterator[StaleCause]:
        yield from self._code(node, made)
        yield from self._dependencies(node, partition, made)
        for up in self._inputs(node):
            yield from self._input(node, partition, made, up)

    def _inputs(self, node: AssetNode) -> Sequence[str]:
        """The inputs whose news make an asset stale; a virtual one shows them as they are."""
        return () if node.definition.virtual else self._graph.input_keys(node.key)

    def _code(self, node: AssetNode, made: Latest) -> Iterator[StaleCause]:
        now = node.definition.code_version
        if made.basis is not None and now is not None and made.basis.code != now:
            yield StaleCause(node.key, made, kind=StaleKind.CODE, read=made.basis.code, now=now)

    def _dependencies(self, node: AssetNode, partition: str, made: Latest) -> Iterator[StaleCause]:
        """Inputs that it had and has no more, and those that it has and, though they were there, did not read."""
        if made.basis is None or node.definition.virtual:
            return
        read = {self._former.get(key, key) for key in made.basis.inputs}
        ups = self._inputs(node)
        for key in sorted(read.difference(ups)):
            yield StaleCause(key, made, kind=StaleKind.DEPENDENCY, read=made.basis.inputs.get(key))
        for up in ups:
            if up not in read:
                told = self._would_read(node, partition, up).values()
                newest = max(told, key=lambda state: state.seq, default=None)
                if newest is not None and newest.updated_seq <= _read_until(made):
                    yield StaleCause(up, newest, kind=StaleKind.DEPENDENCY, now=newest.version.name)

    def _input(self, node: AssetNode, partition: str, made: Latest, up: str) -> Iterator[StaleCause]:
        """The one cause that an input is, if it would be read in another version now."""
        until = _read_until(made)
        if self._has_parts(up) and self._is_read_whole(node, up):
            whole = newest_telling(self._states_of(up))
            if whole is None or (whole.updated_seq <= until and not self._corrected_since(up, until)):
                return
        told = self._would_read(node, partition, up)
        newest = max(told.values(), key=lambda state: state.updated_seq, default=None)
        if newest is None:
            return
        is_news = newest.updated_seq > until
        read = None if made.basis is None else self._version_read(made.basis, up)
        if read is None:
            is_changed = is_news and (made.basis is not None or newest.kind is not EventKind.OBSERVATION)
        elif is_news or not self._has_parts(up) or self._is_corrected(node, partition, up, until):
            # A sensor that found older data in place of newer told of a version that goes by the newer one's name.
            is_changed = read != _joined(told) or any(
                (each.news_seq or 0) > max(until, each.seq) for each in told.values()
            )
        else:
            is_changed = False
        if is_changed:
            yield StaleCause(up, newest, read=read, now=_joined(told))

    def _corrected_since(self, up: str, until: int) -> list[str]:
        """The partitions of which something was withdrawn or wiped later."""
        return [part for part, seq in self._corrected.get(up, {}).items() if seq > until]

    def _is_corrected(self, node: AssetNode, partition: str, up: str, until: int) -> bool:
        corrected = self._corrected_since(up, until)
        return bool(corrected) and not set(corrected).isdisjoint(self._read_keys(node, partition, up))

    def _version_read(self, basis: Basis, up: str) -> str | None:
        found = basis.inputs.get(up)
        if found is None and self._former:
            found = next((name for key, name in basis.inputs.items() if self._former.get(key) == up), None)
        return found

    def _has_parts(self, key: str) -> bool:
        return self._graph.node(key).definition.partitions is not None

    def _is_read_whole(self, node: AssetNode, up: str) -> bool:
        """Whether all partitions of an input are read."""
        return node.definition.partitions is None and up not in node.definition.mappings

    def _would_read(self, node: AssetNode, partition: str, up: str) -> dict[str, Latest]:
        """The newest versions of the parts of an input that are read now."""
        if not self._has_parts(up) or up not in self._partitions:
            newest = newest_telling(self._states_of(up))
            return {} if newest is None else {WHOLE: newest}
        told = self._told_parts(up)
        return {part: told[part] for part in self._read_keys(node, partition, up) if part in told}

    def _read_keys(self, node: AssetNode, partition: str, up: str) -> tuple[str, ...]:
        above = self._graph.node(up).definition.partitions
        if above is None:
            return (WHOLE,)
        if above == node.definition.partitions and up not in node.definition.mappings:
            return (partition,)
        try:
            return tuple(self._links.keys_read(node.key, partition, up))
        except InvalidInvocationError:
            return ()

    def _concerned(self, node: AssetNode, up: str, parts: Mapping[str, Latest]) -> frozenset[str] | None:
        """The partitions of an asset that read one of an input which changed since any was made; None for any."""
        above = self._graph.node(up).definition.partitions
        is_same = above == node.definition.partitions and up not in node.definition.mappings
        if above is None or is_same or up not in self._partitions or not parts:
            return None
        first = min(map(_read_until, parts.values()))
        changed = [part for part, state in self._told_parts(up).items() if state.updated_seq > first]
        changed += self._corrected_since(up, first)
        try:
            known = map(self._links.parts(up).keys.number_of, changed)
            numbers = Ordinals(number for number in known if number is not None)
            concerned = self._links.concerned(up, numbers, node.key)
            return frozenset(self._links.parts(node.key).keys.select(concerned))
        except InvalidInvocationError:
            return None

    def _states_of(self, key: str) -> list[Latest]:
        kinds = telling_kinds(self._graph.node(key).definition.observable)
        return [self._latest[(key, kind)] for kind in kinds if (key, kind) in self._latest]

    def _told_parts(self, key: str) -> dict[str, Latest]:
        if key not in self._told:
            kinds = telling_kinds(self._graph.node(key).definition.observable)
            found: dict[str, list[Latest]] = {}
            for (part, kind), state in self._partitions[key].items():
                if kind in kinds:
                    found.setdefault(part, []).append(state)
            newest = ((part, newest_telling(states)) for part, states in found.items())
            self._told[key] = {part: state for part, state in newest if state is not None}
        return self._told[key]


def _joined(told: Mapping[str, Latest]) -> str | None:
    return join_versions({part: state.version for part, state in told.items()})


def _read_until(made: Latest) -> int:
    return made.seq if made.read_seq is None else made.read_seq
