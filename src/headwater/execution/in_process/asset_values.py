"""Load stored values outside a run."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from headwater.definitions.definitions import Definitions
from headwater.definitions.functions.logs import RecordedLog
from headwater.definitions.resources.io_managers import InputContext, IOManager, OutputContext
from headwater.execution.instance.instance import HeadwaterInstance
from headwater.execution.steps.work import StepPlace, load_value
from headwater.keys import AssetKey, CoercibleToAssetKey
from headwater.location.hosts.resources import ResourceScope


class AssetValueLoader(AbstractContextManager["AssetValueLoader"]):
    """Loads stored values of assets through their IO managers; made by `Definitions.get_asset_value_loader`.

    Args:
        definitions: The assets, and the resources that are set up when one is first needed.
        instance: Where values are stored if no IO manager is named; what `HEADWATER_HOME` names if left out.
        default_io: What loads them there, in place of an instance's own.

    Example:
        >>> from headwater import Definitions, InMemoryIOManager, asset, materialize
        >>> memory = InMemoryIOManager()
        >>> @asset
        ... def orders():
        ...     return [1, 2]
        >>> materialize([orders], resources={"io_manager": memory}).success
        True
        >>> with Definitions(assets=[orders], resources={"io_manager": memory}).get_asset_value_loader() as loader:
        ...     loader.load_asset_value("orders")
        [1, 2]
    """

    def __init__(
        self,
        definitions: Definitions,
        instance: HeadwaterInstance | None = None,
        *,
        default_io: IOManager | None = None,
    ) -> None:
        self._definitions = definitions
        log = RecordedLog()
        self._scope = ResourceScope(definitions.resources, log=log)
        self._stored = _StoredByInstance(instance)
        self._place = StepPlace(
            log=log, scope=self._scope, default_io=default_io or self._stored, instance=self._stored.open
        )

    def __exit__(self, *failure: Any) -> None:
        try:
            self._scope.__exit__(*failure)
        finally:
            self._stored.close()

    def load_asset_value(
        self,
        asset_key: CoercibleToAssetKey,
        *,
        python_type: type[Any] | None = None,
        partition_key: str | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> Any:
        """The stored value of an asset.

        Args:
            asset_key: The asset, native or external.
            python_type: What its IO manager is to give.
            partition_key: Which partition, of one that has any.
            metadata: What its IO manager is told besides what the definition says.

        Raises:
            UnknownAssetError: there is no such asset.
            MissingInputError: nothing is stored.
            SettingsError: there is neither an IO manager, nor an instance, nor `HEADWATER_HOME`.
        """
        annotation = Any if python_type is None else python_type
        key = AssetKey.from_coercible(asset_key)
        return load_value(self._definitions, self._place, key, partition_key, annotation, metadata)


class _StoredByInstance(IOManager):
    """The storage of an instance, which is looked for only when something is stored there."""

    def __init__(self, given: HeadwaterInstance | None) -> None:
        self._given = given
        self._opened: HeadwaterInstance | None = None

    def open(self) -> HeadwaterInstance:
        if self._given is not None:
            return self._given
        if self._opened is None:
            self._opened = HeadwaterInstance.get()
        return self._opened

    def close(self) -> None:
        if self._opened is not None:
            self._opened.dispose()

    def load_input(self, context: InputContext) -> Any:
        return self.open().default_io_manager().load_input(context)

    def handle_output(self, context: OutputContext, obj: Any) -> None:
        self.open().default_io_manager().handle_output(context, obj)
