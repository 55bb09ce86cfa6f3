"""Which paths a pattern means, held against what `Path.glob` finds."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import headwater as hw
from headwater.connectors.path_patterns import check_pattern, fits

_PATHS = ["a.csv", "b.txt", "x/a.csv", "x/y/a.csv", "x/y/b.csv", "x/z/c.txt", "y/a.csv", "x/.h/a.csv", ".h.csv"]


@pytest.fixture(scope="module")
def folder() -> Path:
    """A folder with some files, that stay as they are."""
    root = Path(tempfile.mkdtemp())
    for path in _PATHS:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()
    return root


_PARTS = st.sampled_from(["**", "*", "x", "y", "*.csv", "[ax]*", "?", "a.csv", "z"])


@given(st.lists(_PARTS, min_size=1, max_size=4).map("/".join))
def test_it_means_what_glob_means(folder: Path, pattern: str) -> None:
    """Hidden ones apart; and `**` at the end means files too, as it does for a folder's sensor."""
    globbed = f"{pattern}/*" if pattern.endswith("**") else pattern
    found = {path.relative_to(folder).as_posix() for path in folder.glob(globbed) if path.is_file()}
    expected = {path for path in found if not any(part.startswith(".") for part in path.split("/"))}
    assert expected == {path for path in _PATHS if fits(path, pattern)}


@pytest.mark.parametrize("pattern", ["", "/a", ".hidden/*", "a/.b"])
def test_what_nothing_matches_is_refused(pattern: str) -> None:
    """With the sensor's name, at once."""
    with pytest.raises(hw.InvalidParameterError, match=r"'lake'.*hidden files are left out"):
        check_pattern("lake", pattern)
