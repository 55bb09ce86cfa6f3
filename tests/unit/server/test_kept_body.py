"""A body in pieces is, however it was cut, one body to whoever asks for it."""

from __future__ import annotations

import zlib
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from headwater.server.kept.body import KeptBody, Piece

TEXTS = st.lists(st.one_of(st.binary(max_size=50), st.binary(max_size=5).map(lambda few: few * 20_000)), max_size=6)
_GZIP = 31


@given(texts=TEXTS)
def test_compressed(texts: list[bytes]) -> None:
    """What is sent with gzip is one member, since browsers read no second one, and says what the body does."""
    body = KeptBody(map(Piece, texts))
    reader = zlib.decompressobj(_GZIP)

    assert b"".join(texts) == body == reader.decompress(body.compressed)
    assert reader.eof
    assert b"" == reader.unused_data


def test_tags() -> None:
    """Equal bodies have one tag, others other ones."""
    pieces = [Piece(b"a" * 500), Piece(b"b"), Piece(b"c")]
    bodies = [KeptBody(pieces[:until]) for until in range(4)]

    assert all(one.tag != other.tag for one, other in pairwise(bodies))
    assert KeptBody([Piece(b"a" * 500), Piece(b"b")]).tag == bodies[2].tag
