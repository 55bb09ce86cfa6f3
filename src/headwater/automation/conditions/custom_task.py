"""Evaluate users' own conditions where user code runs: inside a worker, or in the user's own tests."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from headwater.automation.conditions.custom_messages import AnsweredPart, AskedPart, CustomOrder, encoder, order_decoder
from headwater.automation.opened_instance import instance_opener
from headwater.clock import to_datetime
from headwater.definitions.assets.specs import AssetCheckSpec, AssetSpec
from headwater.definitions.conditions.condition import AutomationCondition
from headwater.definitions.conditions.custom import AutomationContext, EntitySubset, read_result
from headwater.definitions.definitions import Definitions
from headwater.definitions.partitions import DynamicKeys, Ordinals, PartitionKeys
from headwater.definitions.sensors.condition_sensors import AutomationConditionSensorDefinition
from headwater.errors import InvalidDefinitionError
from headwater.keys import AssetCheckKey, AssetKey
from headwater.location.code.tracebacks import describe
from headwater.location.code.user_calls import call
from headwater.location.hosts.worker import Emit


def evaluate(definitions: Definitions, payload: bytes, _emit: Emit) -> bytes:
    """The task of a question; see `headwater.location.hosts.worker.Task`."""
    order = order_decoder.decode(payload)
    return encoder.encode(
        evaluate_parts(definitions, order, DynamicKeys(order.dynamic), instance_opener(order.instance))
    )


def evaluate_parts(
    definitions: Definitions, order: CustomOrder, dynamic: DynamicKeys, instance: Callable[[], Any] | None
) -> list[AnsweredPart]:
    """What each of the conditions comes to; one that fails does not keep the others from answering."""
    answers: list[AnsweredPart] = []
    for part in order.parts:
        try:
            answers.append(_evaluate(definitions, part, order.now, dynamic, instance))
        except Exception as error:  # whatever user code raises
            answers.append(AnsweredPart(error=describe(error).message))
    return answers


def _evaluate(
    definitions: Definitions, part: AskedPart, now: int, dynamic: DynamicKeys, instance: Callable[[], Any] | None
) -> AnsweredPart:
    condition = _find(definitions, part)
    key, moment = AssetKey.from_escaped_user_string(part.asset_key), to_datetime(now)
    resolved = definitions.resolve()
    spec = resolved.specs.get(key)
    definition = None if spec is None else spec.partitions_def
    judged: AssetKey | AssetCheckKey = key
    if part.check is not None:
        judged = AssetCheckKey(key, part.check)
        check = resolved.check_specs.get(judged)
        definition = None if check is None else check.partitions_def
    keys = None if definition is None else definition.keys_at(moment, dynamic)
    context = AutomationContext(
        candidate_subset=EntitySubset(judged, keys, Ordinals.span(0, 1) if keys is None else keys.all()),
        evaluation_time=moment,
        log=_log(type(condition).__name__),
        partitions_def=definition,
        cursor=part.cursor,
        previous_true_subset=None if part.held is None else EntitySubset(judged, keys, _numbers(part.held, keys)),
        previous_evaluation_time=None if part.asked_at is None else to_datetime(part.asked_at),
        instance=instance,
        definitions=definitions,
    )
    result = read_result(condition, call(condition.evaluate, context), context)
    held = result.true_subset
    is_whole = held.numbers == context.candidate_subset.numbers or not held.is_partitioned
    return AnsweredPart(holds=not held.is_empty if is_whole else tuple(held.partition_keys), cursor=result.cursor)


def _numbers(held: tuple[str, ...] | bool, keys: PartitionKeys | None) -> Ordinals:
    if isinstance(held, bool):
        everything = Ordinals.span(0, 1) if keys is None else keys.all()
        return everything if held else Ordinals()
    known = () if keys is None else (keys.number_of(key) for key in held)
    return Ordinals(number for number in known if number is not None)


def _find(definitions: Definitions, part: AskedPart) -> AutomationCondition:
    """The condition as the user's own object."""
    for condition in _conditions(definitions, AssetKey.from_escaped_user_string(part.asset_key)):
        for each in condition.parts():
            if each.is_custom and each.plain().params == part.written:
                return each
    raise InvalidDefinitionError(
        f"The condition {part.written['class']} is in no definition of this code location any more; it is asked again "
        "once the new definitions are in force."
    )


def _conditions(definitions: Definitions, key: AssetKey) -> Iterator[AutomationCondition]:
    """All conditions, that of one asset first."""
    resolved = definitions.resolve()
    specs: list[AssetSpec | AssetCheckSpec] = [*resolved.specs.values(), *resolved.check_specs.values()]
    if key in resolved.specs:
        specs.insert(0, resolved.specs[key])
    for spec in specs:
        if spec.automation_condition is not None:
            yield spec.automation_condition
    for sensor in resolved.sensors.values():
        if isinstance(sensor, AutomationConditionSensorDefinition) and sensor.default_condition is not None:
            yield sensor.default_condition


@cache
def _log(name: str) -> logging.Logger:
    """A log that goes to the output of the code location."""
    log = logging.getLogger(f"headwater.conditions.{name}")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)
    log.propagate = False
    return log
