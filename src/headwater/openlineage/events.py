"""OpenLineage events as this package reads them: what it uses and nothing else; unknown fields are skipped.

Facets stay as they came until somebody reads them: one that is odd must not cost the event that carries it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, TypeAlias

import msgspec
from msgspec import Meta, Raw

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_ABSENT = (b"", b"null")
_END = datetime(9999, 1, 1, tzinfo=UTC)

# No database keeps a null character. The lengths bound what one event can blow up to in the log.
ShortName: TypeAlias = Annotated[str, Meta(min_length=1, max_length=1_000, pattern="^[^\0]*$")]
LongName: TypeAlias = Annotated[str, Meta(min_length=1, max_length=4_096, pattern="^[^\0]*$")]


class Timestamp(int):
    """Microseconds since the epoch; ISO 8601 text with an offset on the wire."""


class EventType(StrEnum):
    """How a run moves on."""

    START = "START"
    RUNNING = "RUNNING"
    COMPLETE = "COMPLETE"
    ABORT = "ABORT"
    FAIL = "FAIL"
    OTHER = "OTHER"

    @classmethod
    def _missing_(cls, value: object) -> EventType | None:
        """Read small letters too."""
        return cls.__members__.get(str(value).upper())

    @property
    def ends(self) -> bool:
        """Whether no more is to come of the run."""
        return self in (EventType.COMPLETE, EventType.ABORT, EventType.FAIL)


class DatasetFacets(msgspec.Struct, frozen=True, rename="camel"):
    """The facets of a dataset that say something here, undecoded; empty where absent."""

    schema: Raw = Raw()
    column_lineage: Raw = Raw()
    data_source: Raw = Raw()
    documentation: Raw = Raw()
    version: Raw = Raw()
    lifecycle_state_change: Raw = Raw()
    data_quality_assertions: Raw = Raw()
    output_statistics: Raw = Raw()

    def overlaid(self, later: DatasetFacets | None) -> DatasetFacets:
        """These facets, replaced by those that came later."""
        if later is None:
            return self
        newer = {name: value for name in self.__struct_fields__ if (value := getattr(later, name))}
        return msgspec.structs.replace(self, **newer)

    def copied(self) -> DatasetFacets:
        """The same facets, without keeping the request alive that they came in."""
        return DatasetFacets(*(getattr(self, name).copy() for name in self.__struct_fields__))

    def size(self) -> int:
        """How many bytes they take."""
        return sum(len(getattr(self, name)) for name in self.__struct_fields__)


class JobFacets(msgspec.Struct, frozen=True):
    """The facets that tell a job that only tests from one that writes."""

    job_type: Raw = msgspec.field(default=Raw(), name="jobType")
    dbt_node: Raw = Raw()


class RunFacets(msgspec.Struct, frozen=True, rename="camel"):
    """The facet that says why a run failed."""

    error_message: Raw = Raw()


class Dataset(msgspec.Struct, frozen=True, rename="camel"):
    """A table, file or topic that a job reads or writes."""

    namespace: ShortName
    name: LongName
    facets: DatasetFacets | None = None
    input_facets: DatasetFacets | None = None
    output_facets: DatasetFacets | None = None

    def all_facets(self) -> DatasetFacets:
        """The facets from wherever the producer put them; what is said of this input or output wins."""
        return (self.facets or DatasetFacets()).overlaid(self.input_facets).overlaid(self.output_facets)


Datasets: TypeAlias = Annotated[tuple[Dataset, ...], Meta(max_length=10_000)]


class Job(msgspec.Struct, frozen=True):
    """What reads and writes."""

    namespace: ShortName
    name: ShortName
    facets: JobFacets | None = None


class Run(msgspec.Struct, frozen=True, rename="camel"):
    """One time that a job ran."""

    run_id: ShortName
    facets: RunFacets | None = None


class RunEvent(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A run began, went on, or ended."""

    event_time: Timestamp
    event_type: EventType | None = None
    run: Run
    job: Job
    inputs: Datasets | None = None
    outputs: Datasets | None = None


class DatasetEvent(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Something is known about a dataset, apart from any run."""

    event_time: Timestamp
    dataset: Dataset
    producer: ShortName | None = None


class JobEvent(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Something is known about a job, apart from any run."""

    event_time: Timestamp
    job: Job
    inputs: Datasets | None = None
    outputs: Datasets | None = None


OpenLineageEvent: TypeAlias = RunEvent | DatasetEvent | JobEvent


class _Outline(msgspec.Struct):
    """The fields by which the three kinds of event differ."""

    run: Raw = Raw()
    dataset: Raw = Raw()


def _read_timestamp(_type: type, value: Any) -> Timestamp:
    """An `eventTime`, for msgspec, which adds the field's name to the error.

    Raises:
        TypeError: it is no text.
        ValueError: it is no moment between 1970 and 9999.
    """
    if not isinstance(value, str):
        raise TypeError(f"Expected text such as `2026-11-23T11:26:41Z`, got {type(value).__name__}")
    try:
        moment = datetime.fromisoformat(value.upper())
    except ValueError:
        raise ValueError(f"Expected a time such as `2026-11-23T11:26:41Z`, got {value[:40]!r}") from None
    if moment.tzinfo is None:
        raise ValueError(f"Expected a time with its offset from UTC, such as `{value[:40]}Z`, got {value[:40]!r}")
    if not _EPOCH <= moment < _END:
        raise ValueError(f"Expected a time between 1970 and 9999, got {value[:40]!r}")
    return Timestamp((moment - _EPOCH) // _MICROSECOND)


_outlines = msgspec.json.Decoder(_Outline)
_run_events = msgspec.json.Decoder(RunEvent, dec_hook=_read_timestamp)
_dataset_events = msgspec.json.Decoder(DatasetEvent, dec_hook=_read_timestamp)
_job_events = msgspec.json.Decoder(JobEvent, dec_hook=_read_timestamp)


def decode_event(body: bytes | Raw) -> OpenLineageEvent:
    """Read one event; which kind it is shows in its fields, as dataset and job events have no run.

    Raises:
        ValueError: it is no JSON, or none of the three; msgspec's message names the field.
        RecursionError: it is nested too deeply.
    """
    outline = _outlines.decode(body)
    if bytes(outline.run) not in _ABSENT:
        return _run_events.decode(body)
    if bytes(outline.dataset) not in _ABSENT:
        return _dataset_events.decode(body)
    return _job_events.decode(body)
