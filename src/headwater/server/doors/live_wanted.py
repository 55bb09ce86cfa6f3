"""What a listener of the live stream wants to hear, as its address says."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from urllib.parse import parse_qsl

from headwater.digits import whole_number
from headwater.errors import ReportRefusedError
from headwater.keys import AssetKey
from headwater.records.log.events import Event, EventKind

_NAMES = ("after", "kind", "asset", "selection", "run")
_KINDS = {kind.value: kind for kind in EventKind}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A filter: an event must fit each part that is there."""

    kinds: frozenset[EventKind] | None = None
    keys: frozenset[str] | None = None
    run_id: str | None = None

    @property
    def is_everything(self) -> bool:
        """Whether nothing is filtered."""
        return self.kinds is None and self.keys is None and self.run_id is None

    def takes(self, event: Event) -> bool:
        """Whether the listener hears of an event."""
        return (
            (self.kinds is None or event.kind in self.kinds)
            and (self.keys is None or event.asset_key in self.keys)
            and (self.run_id is None or event.run_id == self.run_id)
        )

    def may_take(self, kinds: Collection[EventKind]) -> bool:
        """Whether some event of these kinds could concern the listener; cheap, for many listeners."""
        return self.kinds is None or not self.kinds.isdisjoint(kinds)


EVERYTHING = Wanted()


@dataclass(frozen=True, slots=True)
class Request:
    """What the address of a stream asks for. With `after` the stream misses nothing from that place in the log on."""

    after: int | None = None
    kinds: frozenset[EventKind] | None = None
    keys: frozenset[str] | None = None
    selection: str | None = None
    run_id: str | None = None

    def wanted(self, resolve: Callable[[str], Collection[str]]) -> Wanted:
        """The filter, with a selection resolved to the keys that it means now.

        Raises:
            SelectionSyntaxError: the selection is none.
        """
        keys = self.keys
        if self.selection is not None:
            chosen = frozenset(resolve(self.selection))
            keys = chosen if keys is None else keys | chosen
        return Wanted(self.kinds, keys, self.run_id)


def read_request(query: str) -> Request:
    """Read the query of a stream's address.

    Raises:
        ReportRefusedError: a parameter is not known, or can't be read.
    """
    pairs = parse_qsl(query, keep_blank_values=True)
    for name, _ in pairs:
        if name not in _NAMES:
            raise ReportRefusedError(f"There is no query parameter {name!r}; there are {', '.join(_NAMES)}.")
    kinds = [_read_kind(value) for name, value in pairs if name == "kind"]
    keys = [AssetKey.from_escaped_user_string(value) for name, value in pairs if name == "asset"]
    last = dict(pairs)
    return Request(
        after=_read_after(last.get("after")),
        kinds=frozenset(kinds) or None,
        keys=frozenset(key.to_escaped_user_string() for key in keys) or None,
        selection=last.get("selection"),
        run_id=last.get("run"),
    )


def _read_after(text: str | None) -> int | None:
    if text is None:
        return None
    number = whole_number(text)
    if number is None:
        raise ReportRefusedError(f"after={text} is not a place in the log; it is the seq of an event, or 0.")
    return number


def _read_kind(text: str) -> EventKind:
    kind = _KINDS.get(text)
    if kind is None:
        raise ReportRefusedError(f"kind={text} is not a kind of event; there are {', '.join(sorted(_KINDS))}.")
    return kind
