"""An instance for the time of a test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from headwater.execution.instance.instance import HeadwaterInstance

_HOME = "HEADWATER_HOME"


@contextmanager
def instance_for_test(set_dagster_home: bool = True, temp_dir: str | Path | None = None) -> Iterator[HeadwaterInstance]:
    """An instance in a folder that goes with it; used by `with`, in tests.

    Args:
        set_dagster_home: Whether `HEADWATER_HOME` names the folder meanwhile, so that `HeadwaterInstance.get()` opens
            the same deployment.
        temp_dir: The folder, which stays; one of its own if left out.

    Example:
        >>> with instance_for_test() as instance:
        ...     instance.report_runless_asset_event(AssetMaterialization("raw"))
        ...     HeadwaterInstance.get().has_asset_key("raw")
        True
    """
    with ExitStack() as stack:
        folder = temp_dir or stack.enter_context(TemporaryDirectory(prefix="headwater-", ignore_cleanup_errors=True))
        before = os.environ.get(_HOME)
        if set_dagster_home:
            os.environ[_HOME] = str(folder)
        try:
            with HeadwaterInstance.local_temp(folder) as instance:
                yield instance
        finally:
            if set_dagster_home:
                os.environ.pop(_HOME)
                os.environ.update({} if before is None else {_HOME: before})
