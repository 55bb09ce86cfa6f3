"""Tests of datasets as check evaluations."""

from __future__ import annotations

from collections.abc import Mapping

from headwater.definitions.metadata.infer import to_wire
from headwater.definitions.snapshot import WireValue
from headwater.openlineage import facets
from headwater.openlineage.described import UNREAD
from headwater.openlineage.events import DatasetFacets
from headwater.openlineage.facets import Assertion, FacetReader
from headwater.records.log.events import CheckEvaluation, EventKind, NewEvent, Observation, Reporter

_FACET = "dataQualityAssertions"


def evaluations(
    key: str, raw: DatasetFacets, timestamp: int, reporter: Reporter, about_run: Mapping[str, str]
) -> list[NewEvent]:
    """The evaluations that a dataset's assertions amount to.

    Assertions that share a name are one check, which passes if all of them do. A facet that can't be read becomes
    an observation that says so, since nothing else would tell of it.

    Args:
        key: The dataset's asset.
        raw: Its facets.
        timestamp: When it was tested, in microseconds since the epoch.
        reporter: Who says so.
        about_run: Which run tested it, to be kept as metadata.
    """
    worst: dict[str, CheckEvaluation] = {}
    run_metadata = to_wire(about_run)

    def take(facet: facets.DataQualityAssertions) -> None:
        for assertion in facet.assertions or ():
            evaluation = _evaluation(assertion, reporter, run_metadata)
            known = worst.get(evaluation.check_name)
            if known is None or _badness(evaluation) > _badness(known):
                worst[evaluation.check_name] = evaluation

    reader = FacetReader()
    reader.read(_FACET, raw.data_quality_assertions, facets.DataQualityAssertions, take)
    if reader.unread:
        metadata = {**run_metadata, **to_wire({UNREAD: reader.unread})}
        observation = Observation(metadata=metadata, reporter=reporter)
        return [NewEvent(kind=EventKind.OBSERVATION, payload=observation, asset_key=key, timestamp=timestamp)]
    return [
        NewEvent(kind=EventKind.CHECK_EVALUATION, payload=evaluation, asset_key=key, timestamp=timestamp)
        for evaluation in worst.values()
    ]


def _badness(evaluation: CheckEvaluation) -> int:
    if evaluation.passed:
        return 0
    return 1 if evaluation.severity == "WARN" else 2


def _evaluation(assertion: Assertion, reporter: Reporter, run_metadata: dict[str, WireValue]) -> CheckEvaluation:
    details = {
        "column": assertion.column,
        "assertion": assertion.assertion or None,
        "expected": assertion.expected,
        "actual": assertion.actual,
        "content": assertion.content,
        "params": assertion.params or None,
    }
    return CheckEvaluation(
        check_name=_check_name(assertion),
        passed=assertion.success,
        severity="WARN" if (assertion.severity or "").lower().startswith("warn") else "ERROR",
        metadata={**to_wire({name: value for name, value in details.items() if value is not None}), **run_metadata},
        description=assertion.description or None,
        reporter=reporter,
    )


def _check_name(assertion: Assertion) -> str:
    """The test's own name, else what it tests and where: `not_null_customer_id`."""
    return assertion.name or "_".join(part for part in (assertion.assertion, assertion.column) if part) or "assertion"
