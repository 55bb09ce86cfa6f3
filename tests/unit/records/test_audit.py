"""The audit log's chain: whatever is changed, taken out or cut off is named."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from headwater.records.access.audit import START, AuditEntry, Head, Note, entry_after, find_problems, parse_anchor


def chain(count: int) -> tuple[list[AuditEntry], Head]:
    """A whole log of some entries, and its head."""
    head, entries = Head(0, START), []
    for number in range(1, count + 1):
        entries.append(entry_after(head, number * 1_000, Note(actor="cli:ann", action=f"did {number}")))
        head = Head(entries[-1].seq, entries[-1].hash)
    return entries, head


def test_a_whole_log_has_no_problem() -> None:
    """Neither an empty one nor one with entries."""
    assert [[], []] == [find_problems(*chain(0)), find_problems(*chain(5))]


def test_a_changed_entry_is_named() -> None:
    """Whatever was changed in it."""
    entries, head = chain(5)
    entries[2] = msgspec.structs.replace(entries[2], actor="cli:bob")

    assert ["Entry 3 is not what was written, or the one before it was replaced."] == find_problems(entries, head)


def test_an_entry_changed_along_with_its_hash_is_found_by_the_next_one() -> None:
    """The next one's hash was made from the former hash."""
    entries, head = chain(5)
    forged = entry_after(Head(2, entries[1].hash), 3_000, Note(actor="cli:bob", action="did 3"))
    entries[2] = forged

    assert ["Entry 4 is not what was written, or the one before it was replaced."] == find_problems(entries, head)


def test_missing_entries_are_named() -> None:
    """Those in the middle and those at the end."""
    entries, head = chain(9)

    problems = find_problems([*entries[:2], *entries[4:5], *entries[6:7]], head)

    assert ["Entries 3 to 4 are missing.", "Entry 6 is missing.", "Entries 8 to 9 at the end are missing."] == problems


def test_a_log_cut_off_with_its_head_is_found_by_the_anchor() -> None:
    """What somebody noted elsewhere must still be in it, as it was."""
    entries, head = chain(5)
    shorter, its_head = entries[:3], Head(3, entries[2].hash)

    assert [] == find_problems(entries, head, anchor=parse_anchor(f"5:{head.hash}"))
    assert ["The anchor names entry 5, which is not there."] == find_problems(shorter, its_head, anchor=head)
    assert ["Entry 2 has another hash than the anchor."] == find_problems(entries, head, anchor=Head(2, "other"))


@given(st.integers(1, 8), st.data())
def test_no_single_change_goes_unseen(count: int, data: st.DataObject) -> None:
    """Of any field of any entry but its own place."""
    entries, head = chain(count)
    place = data.draw(st.integers(0, count - 1))
    field = data.draw(st.sampled_from(["actor", "action", "target", "outcome", "detail", "hash"]))
    entries[place] = msgspec.structs.replace(entries[place], **{field: "other"})

    assert find_problems(entries, head)
