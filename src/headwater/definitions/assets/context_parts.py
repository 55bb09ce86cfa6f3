"""What the function of an asset can ask about one of its parameters or outputs by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from headwater.definitions.arguments import shown
from headwater.definitions.contexts.steps import StepContext
from headwater.definitions.partitions import PartitionKeyRange, PartitionsDefinition, TimeWindow
from headwater.definitions.partitions.several import range_of, window_of
from headwater.errors import InvalidInvocationError, InvalidParameterError
from headwater.keys import AssetCheckKey, AssetKey

if TYPE_CHECKING:
    from headwater.definitions.assets.definition import AssetsDefinition


class StepServices(Protocol):
    """What a running step can do for its function."""

    def load_asset_value(self, key: AssetKey, partition_key: str | None) -> Any:
        """The stored value of an asset."""
        ...

    def input_partitions(self, name: str) -> tuple[PartitionsDefinition | None, Sequence[str] | None]:
        """The partitions of the asset that a parameter stands for, and which of them the step reads."""
        ...

    def report_progress(self, done: float, total: float | None, text: str | None) -> None:
        """Tell how far the function is."""
        ...

    @property
    def instance(self) -> Any:
        """The deployment that the run belongs to."""
        ...


class InputsAndOutputs(StepContext):
    """The half of the context that is about parameters and outputs."""

    _assets_def: AssetsDefinition | None
    _asset_keys: tuple[AssetKey, ...]
    _services: StepServices | None

    @property
    def has_assets_def(self) -> bool:
        """Whether the context belongs to a definition, as those of runs do."""
        return self._assets_def is not None

    @property
    def assets_def(self) -> AssetsDefinition:
        """The definition that is being carried out.

        Raises:
            InvalidInvocationError: a test built the context.
        """
        if self._assets_def is None:
            raise InvalidInvocationError("This context was built by a test, so it belongs to no definition.")
        return self._assets_def

    @property
    def selected_output_names(self) -> frozenset[str]:
        """The names of the outputs that the function is to give.

        Raises:
            InvalidInvocationError: a test built the context.
        """
        return frozenset(output.name for output in self.assets_def.outputs if output.key in self._asset_keys)

    @property
    def selected_asset_check_keys(self) -> frozenset[AssetCheckKey]:
        """The checks whose results the function gives along with the assets that it is to make.

        Raises:
            InvalidInvocationError: a test built the context.
        """
        return frozenset(check.key for check in self.assets_def.check_specs if check.asset_key in self._asset_keys)

    def asset_key_for_output(self, output_name: str = "result") -> AssetKey:
        """The asset that an output is.

        Args:
            output_name: The name of an output; may be left out where there is only one.

        Raises:
            InvalidParameterError: there is none of that name.
            InvalidInvocationError: a test built the context.
        """
        outputs = self.assets_def.outputs
        if len(outputs) == 1 and output_name == "result":
            return outputs[0].key
        by_name = {output.name: output.key for output in outputs}
        if output_name not in by_name:
            raise InvalidParameterError(f"output_name is one of {', '.join(by_name)}, but got {shown(output_name)}.")
        return by_name[output_name]

    def output_for_asset_key(self, asset_key: AssetKey) -> str:
        """The name of the output that an asset is.

        Raises:
            InvalidParameterError: the function does not make it.
            InvalidInvocationError: a test built the context.
        """
        by_key = {output.key: output.name for output in self.assets_def.outputs}
        if asset_key not in by_key:
            raise InvalidParameterError(f"asset_key is one that the function makes, but got {shown(asset_key)}.")
        return by_key[asset_key]

    def asset_partition_key_for_output(self, output_name: str = "result") -> str:
        """The partition that is being made, which is the same for all outputs.

        Raises:
            InvalidInvocationError: there is none, or there are several.
        """
        return self.partition_key

    def asset_partition_keys_for_output(self, output_name: str = "result") -> Sequence[str]:
        """The partitions that are being made, in order.

        Raises:
            InvalidInvocationError: there are none.
        """
        return self.partition_keys

    def asset_partition_key_range_for_output(self, output_name: str = "result") -> PartitionKeyRange:
        """The same as `partition_key_range`."""
        return self.partition_key_range

    def asset_partitions_time_window_for_output(self, output_name: str = "result") -> TimeWindow:
        """The same as `partition_time_window`."""
        return self.partition_time_window

    def asset_partitions_def_for_output(self, output_name: str = "result") -> PartitionsDefinition:
        """The partitions of the asset that an output is.

        Raises:
            InvalidInvocationError: it has none, or a test built the context.
            InvalidParameterError: there is no output of that name.
        """
        key = self.asset_key_for_output(output_name)
        return _expect(self.assets_def.specs_by_key[key].partitions_def, key)

    def asset_key_for_input(self, input_name: str) -> AssetKey:
        """The asset that a parameter stands for.

        Raises:
            InvalidParameterError: no parameter of that name is an asset.
            InvalidInvocationError: a test built the context.
        """
        by_name = {entry.name: entry.key for entry in self.assets_def.inputs}
        if input_name not in by_name:
            known = ", ".join(by_name) or "none"
            raise InvalidParameterError(f"input_name is a parameter that is an asset ({known}), not {input_name!r}.")
        return by_name[input_name]

    def asset_partitions_def_for_input(self, input_name: str) -> PartitionsDefinition:
        """The partitions of the asset that a parameter stands for.

        Raises:
            InvalidInvocationError: it has none, or a test built the context.
            InvalidParameterError: no parameter of that name is an asset.
        """
        key = self.asset_key_for_input(input_name)
        return _expect(self._running().input_partitions(input_name)[0], key)

    def asset_partition_keys_for_input(self, input_name: str) -> Sequence[str]:
        """The partitions that are read of the asset that a parameter stands for, as its partition mapping says.

        Raises:
            InvalidInvocationError: it has none, or a test built the context.
            InvalidParameterError: no parameter of that name is an asset.
        """
        key = self.asset_key_for_input(input_name)
        definition, keys = self._running().input_partitions(input_name)
        _expect(definition, key)
        return tuple(keys or ())

    def asset_partition_key_for_input(self, input_name: str) -> str:
        """The partition that is read of the asset that a parameter stands for.

        Raises:
            InvalidInvocationError: it has none, several or none are read, or a test built the context.
            InvalidParameterError: no parameter of that name is an asset.
        """
        keys = self.asset_partition_keys_for_input(input_name)
        if len(keys) != 1:
            raise InvalidInvocationError(
                f"This run reads {len(keys)} partitions of {input_name!r}. Ask for "
                f"context.asset_partition_keys_for_input({input_name!r})."
            )
        return keys[0]

    def asset_partition_key_range_for_input(self, input_name: str) -> PartitionKeyRange:
        """The first and the last partition that are read of the asset that a parameter stands for.

        Raises:
            InvalidInvocationError: it has none, none are read, others lie between them, or a test built the context.
            InvalidParameterError: no parameter of that name is an asset.
        """
        return range_of(*self._read_parts(input_name))

    def asset_partitions_time_window_for_input(self, input_name: str) -> TimeWindow:
        """The time that the partitions span which are read of the asset that a parameter stands for.

        Raises:
            InvalidInvocationError: they are no windows of time, none are read, others lie between them, or a test
                built the context.
            InvalidParameterError: no parameter of that name is an asset.
        """
        return window_of(*self._read_parts(input_name))

    def _read_parts(self, input_name: str) -> tuple[PartitionsDefinition, Sequence[str]]:
        keys = self.asset_partition_keys_for_input(input_name)
        if not keys:
            raise InvalidInvocationError(f"This run reads no partition of {input_name!r}, so there is no first one.")
        return self.asset_partitions_def_for_input(input_name), keys

    def _running(self) -> StepServices:
        if self._services is None:
            raise InvalidInvocationError(
                "This context was built by a test, so there is no run behind it. Call materialize([...]) to have one."
            )
        return self._services


def _expect(definition: PartitionsDefinition | None, key: AssetKey) -> PartitionsDefinition:
    if definition is None:
        raise InvalidInvocationError(f"The asset {key.to_user_string()!r} has no partitions.")
    return definition
