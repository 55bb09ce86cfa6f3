"""Long bodies that are sent more than once, in pieces: of a new one only the pieces that differ are compressed."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from functools import cached_property
from hashlib import blake2b

_LEVEL = 6
_WITHOUT_HEADER = -15
_TAG_BYTES = 12
_GZIP_HEADER = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
"""Of a file without a name or a time, by an unknown system: RFC 1952."""
_LAST_BLOCK = b"\x03\0"
"""An empty one, with which a deflated stream ends: RFC 1951."""


class Piece:
    """Some bytes of a body, which may be in several."""

    def __init__(self, text: bytes) -> None:
        self.text = text

    @cached_property
    def digest(self) -> bytes:
        """Stands for what it says."""
        return blake2b(self.text, digest_size=_TAG_BYTES).digest()

    @cached_property
    def deflated(self) -> bytes:
        """It compressed, without reference to what stands before it, up to the edge of a byte."""
        squeeze = zlib.compressobj(_LEVEL, zlib.DEFLATED, _WITHOUT_HEADER)
        return squeeze.compress(self.text) + squeeze.flush(zlib.Z_FULL_FLUSH)


class KeptBody(bytes):
    """A body that is sent more than once: its tag and its compressed form are worked out once."""

    pieces: tuple[Piece, ...]

    def __new__(cls, pieces: Iterable[Piece]) -> KeptBody:
        """Join pieces."""
        pieces = tuple(pieces)
        body = super().__new__(cls, b"".join(piece.text for piece in pieces))
        body.pieces = pieces
        return body

    @cached_property
    def tag(self) -> bytes:
        """What its `ETag` is."""
        digests = b"".join(piece.digest for piece in self.pieces)
        return b'W/"%b"' % blake2b(digests, digest_size=_TAG_BYTES).hexdigest().encode()

    @cached_property
    def compressed(self) -> bytes:
        """It with gzip."""
        trailer = struct.pack("<LL", zlib.crc32(self), len(self) & 0xFFFF_FFFF)
        return b"".join([_GZIP_HEADER, *(piece.deflated for piece in self.pieces), _LAST_BLOCK, trailer])
