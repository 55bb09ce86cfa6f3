"""Which version was made from which: the events that a materialization has read, and the names of their versions.

A version's name is the one that its maker or reporter gave. What a function here makes and gives no name gets one from
the version of its code and those of its inputs, so that equal code on equal inputs is one version.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

import msgspec

from headwater.records.log.events import Event, Materialization, NewEvent

_LENGTH = 32
_encoder = msgspec.json.Encoder(order="deterministic")


class Version(msgspec.Struct, frozen=True):
    """A version of an asset or partition: the event that told of it, and its name, if it was given one."""

    seq: int
    data_version: str | None = None

    @property
    def name(self) -> str:
        """What it is called where no two versions may be called alike."""
        return self.data_version or f"seq:{self.seq}"


class Basis(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a version was made from: the version of the code, if it has one, and by upstream asset that of the data."""

    code: str | None = None
    inputs: dict[str, str] = {}


_decoder = msgspec.json.Decoder(Basis)


def encode_basis(basis: Basis | None) -> str | None:
    """A basis as JSON text, equal for equal ones."""
    return None if basis is None else _encoder.encode(basis).decode()


def decode_basis(text: str | None) -> Basis | None:
    """The inverse of `encode_basis`."""
    return None if text is None else _decoder.decode(text)


def basis_of(event: Event | NewEvent) -> Basis | None:
    """What a materialization says that it was made from; None where it says nothing."""
    payload = event.payload
    if type(payload) is not Materialization or payload.input_versions is None:
        return None
    return Basis(payload.code_version, payload.input_versions)


def join_versions(versions: Mapping[str, Version]) -> str | None:
    """One name for the versions of some partitions, or of the one part ('') of an asset without; None for none."""
    if len(versions) < 2:
        return next((version.name for version in versions.values()), None)
    return _digest([[partition, version.name] for partition, version in sorted(versions.items())])


def derive_version(code: str, inputs: Mapping[str, str]) -> str:
    """The name of what some code makes from inputs of some versions."""
    return _digest([code, sorted(inputs.items())])


def read_versions(events: Iterable[Event]) -> list[tuple[int, int]]:
    """Each (`seq` that was read, `seq` that was made from it) among some events."""
    return sorted(
        {
            (upstream, event.seq)
            for event in events
            if type(event.payload) is Materialization and (event.payload.inputs or event.payload.parts)
            for upstream in (*event.payload.inputs.values(), *event.payload.parts)
        }
    )


def _digest(parts: object) -> str:
    return hashlib.sha256(_encoder.encode(parts)).hexdigest()[:_LENGTH]
