"""What is new in a listing: nothing lost, nothing twice, whatever the order and whenever a tick is lost."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from headwater.connectors.errors import CorruptCursorError
from headwater.connectors.fingerprints import FileState, Mark, Memory, find_new, is_unfinished, read_memory

_NAMES = st.sampled_from(["a.csv", "b.csv", "c.csv", "d/e.csv"])
_SETTLE = 5.0
_FORGET = 1_000.0


def _file(name: str = "a.csv", *, size: int = 1, modified: float = 100.0) -> FileState:
    return FileState(name=name, size=size, modified=modified)


class Deliveries(RuleBasedStateMachine):
    """A folder in which files come, change and go, and a sensor that is killed now and then."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1_000.0
        self.folder: dict[str, FileState] = {}
        self.cursor: str | None = None
        self.reported: list[str] = []

    @rule(name=_NAMES, size=st.integers(0, 3))
    def write(self, name: str, size: int) -> None:
        """Somebody writes a file; no two writings happen at the same time."""
        self.now += 0.25
        self.folder[name] = _file(name, size=size, modified=self.now)

    @rule(name=_NAMES)
    def remove(self, name: str) -> None:
        """Somebody removes a file."""
        self.folder.pop(name, None)

    @rule(seconds=st.sampled_from([0.5, 3.0, 6.0, 100.0]))
    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.now += seconds

    @rule(shuffle=st.randoms(), limit=st.sampled_from([1, 2, None]), is_killed=st.booleans())
    def tick(self, shuffle: Random, limit: int | None, is_killed: bool) -> None:
        """The sensor looks; when it is killed, neither events nor cursor are kept."""
        listing = list(self.folder.values())
        shuffle.shuffle(listing)
        memory = read_memory(self.cursor, "deliveries")
        new, after = find_new(
            memory, listing, now=self.now, settle_seconds=_SETTLE, forget_seconds=_FORGET, limit=limit
        )
        assert [file for file in new if self.now - file.modified < _SETTLE] == []
        assert new == sorted(new, key=lambda file: (file.modified, file.name))
        if not is_killed:
            self.cursor = after.to_cursor()
            self.reported += [file.version for file in new]

    @invariant()
    def nothing_twice(self) -> None:
        """No state of a file is reported a second time."""
        assert len(set(self.reported)) == len(self.reported)

    def teardown(self) -> None:
        """Once nobody writes any more, all that is there has been reported."""
        self.now += _SETTLE
        for _ in range(len(self.folder) + 1):
            memory = read_memory(self.cursor, "deliveries")
            new, after = find_new(memory, self.folder.values(), now=self.now, settle_seconds=_SETTLE, limit=1)
            self.cursor = after.to_cursor()
            self.reported += [file.version for file in new]
        assert {file.version for file in self.folder.values()} <= set(self.reported)
        assert len(set(self.reported)) == len(self.reported)
        assert len(read_memory(self.cursor, "deliveries").to_cursor()) < 1_000


test_deliveries = Deliveries.TestCase


@given(
    st.permutations([_file("a", modified=3), _file("b", modified=1), _file("c", modified=1), _file("d", modified=2)])
)
def test_reports_by_time_then_name_whatever_the_listing_s_order(listing: list[FileState]) -> None:
    """Equal listings in another order give equal events and an equal cursor."""
    new, memory = find_new(Memory(), listing, now=100.0)
    assert [file.name for file in new] == ["b", "c", "d", "a"]
    assert memory.to_cursor() == find_new(Memory(), new, now=100.0)[1].to_cursor()


_MARKS = st.builds(Mark, st.floats(0, 1e10), st.integers(0, 2**62), st.none() | st.floats(0, 1e10))
_MEMORIES = st.builds(
    Memory,
    st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), _MARKS, max_size=3),
    st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), _MARKS, max_size=3),
)


@given(_MEMORIES)
def test_a_cursor_gives_back_what_was_remembered(memory: Memory) -> None:
    """Nothing is lost on the way through the cursor's text."""
    assert read_memory(memory.to_cursor(), "sensor") == memory


@pytest.mark.parametrize("cursor", ["", "{", "null", "[]", '{"reported": 3}', '{"reported": {"a": ["x", 1]}}'])
def test_a_cursor_of_another_sensor_is_an_error(cursor: str) -> None:
    """A cursor that was not written here names the sensor and says what to do."""
    with pytest.raises(CorruptCursorError, match=r"cursor of sensor 'files' is not one .* clear it"):
        read_memory(cursor, "files")


def test_a_file_from_the_future_is_watched_by_our_own_clock() -> None:
    """Where the other clock is ahead, a file is reported once it has looked the same for long enough here."""
    file = _file(modified=5_000.0)
    new, memory = find_new(Memory(), [file], now=100.0, settle_seconds=2.0)
    assert new == []
    new, memory = find_new(memory, [file], now=101.0, settle_seconds=2.0)
    assert new == []
    new, memory = find_new(memory, [file], now=102.0, settle_seconds=2.0)
    assert new == [file]


def test_a_file_that_grows_is_left_alone_until_it_has_stopped() -> None:
    """Each change begins the waiting anew."""
    _, memory = find_new(Memory(), [_file(size=1, modified=100.0)], now=100.0, settle_seconds=2.0)
    new, memory = find_new(memory, [_file(size=9, modified=101.5)], now=102.0, settle_seconds=2.0)
    assert new == []
    new, _ = find_new(memory, [_file(size=9, modified=101.5)], now=103.5, settle_seconds=2.0)
    assert [file.size for file in new] == [9]


def test_a_clock_that_was_set_back_delays_nothing() -> None:
    """A file that waits is reported after the usual time, not once the clock has caught up."""
    file = _file(modified=9_000.0)
    _, memory = find_new(Memory(), [file], now=5_000.0, settle_seconds=2.0)
    _, memory = find_new(memory, [file], now=100.0, settle_seconds=2.0)
    assert find_new(memory, [file], now=102.0, settle_seconds=2.0)[0] == [file]


def test_a_folder_that_is_empty_for_a_while_makes_nothing_new() -> None:
    """A disk that was not mounted for an hour does not have every file reported again."""
    file = _file()
    _, memory = find_new(Memory(), [file], now=200.0)
    _, memory = find_new(memory, [], now=300.0)
    new, memory = find_new(memory, [file], now=3_800.0)
    assert new == []
    assert memory == Memory(reported={"a.csv": Mark(100.0, 1)})


def test_what_is_gone_for_long_is_forgotten() -> None:
    """The cursor does not grow for ever."""
    _, memory = find_new(Memory(), [_file()], now=200.0)
    _, memory = find_new(memory, [], now=300.0, forget_seconds=50.0)
    _, memory = find_new(memory, [], now=350.0, forget_seconds=50.0)
    assert memory == Memory()


@pytest.mark.parametrize("name", ["a.csv.part", "a.TMP", "dir/b.partial", "c.filepart"])
def test_unfinished_names_are_never_reported(name: str) -> None:
    """A file that its writer has not renamed yet is not there for us."""
    assert is_unfinished(name)
    assert find_new(Memory(), [_file(name)], now=1_000.0) == ([], Memory())
