"""Numbers that come as text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.digits import whole_number


@given(st.integers(0, 10**18 - 1))
def test_what_was_written_is_read(number: int) -> None:
    """A number of up to 18 digits comes back."""
    assert number == whole_number(str(number))


@given(st.text())
def test_any_text_has_an_answer(text: str) -> None:
    """Nothing raises; what is a number fits 64 bits."""
    number = whole_number(text)
    assert number is None or 0 <= number < 2**63


@pytest.mark.parametrize("text", ["", "²", "1²", "١", "1_0", " 1", "+1", "-1", "1.0", "1" * 19])
def test_what_is_no_number(text: str) -> None:
    """Superscripts, digits of other scripts, signs, blanks, and what fits no column."""
    assert whole_number(text) is None
