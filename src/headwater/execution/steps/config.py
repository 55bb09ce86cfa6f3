"""A run's config: what each function and resource gets of it, and whether it fits, before work starts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from headwater.definitions.definitions import Definitions
from headwater.definitions.resources.needs import Needs
from headwater.definitions.run_ops import needs_of_run
from headwater.definitions.runs.run_config import read_run_config, takes_no_config, with_env_vars
from headwater.errors import InvalidConfigError
from headwater.keys import AssetKey
from headwater.location.hosts.resources import check_resource_config


def config_of_op(plain: Mapping[str, Any], op_name: str) -> dict[str, Any]:
    """What a run's config says of one asset or check."""
    if not plain.get("ops"):
        return {}
    return dict(read_run_config({"ops": plain["ops"]}, [op_name], (), only_known=True).of_op(op_name))


def resource_config(plain: Mapping[str, Any]) -> dict[str, Any]:
    """What a run's config says of resources, by name."""
    return {name: with_env_vars(entry.get("config", {})) for name, entry in plain.get("resources", {}).items()}


def function_config(needs: Needs, given: Mapping[str, Any], op_name: str) -> Any:
    """The config that a function gets: an instance of the class that it asks for, or what its schema describes.

    Raises:
        InvalidConfigError: what was given does not fit, or an environment variable is not set.
    """
    if needs.config is None:
        return dict(given)
    checked = _checked(needs, given, op_name).resolve_env_vars()
    return checked if needs.takes_config else checked.model_dump()


def check_run_config(
    definitions: Definitions,
    assets: Iterable[str],
    plain: Mapping[str, Any],
    *,
    of_more: Iterable[AssetKey] = (),
) -> None:
    """See that a run's config fits the functions and resources that it is for.

    Args:
        definitions: All.
        assets: What the run makes, with its checks.
        plain: The config in its plain form.
        of_more: Assets that the config may speak of though this run makes them not, such as others of its job.

    Raises:
        InvalidConfigError: it does not; the message names the asset or resource, and the field.
    """
    resolved = definitions.resolve()
    needs = needs_of_run(resolved, map(AssetKey.from_escaped_user_string, assets))
    config = read_run_config(plain, {**needs_of_run(resolved, of_more), **needs}, definitions.resources)
    for op_name, need in needs.items():
        given = config.of_op(op_name)
        if need.config is not None:
            _checked(need, given, op_name)
        elif given:
            raise InvalidConfigError(takes_no_config(op_name, given))
    check_resource_config(definitions.resources, config.resources)


def _checked(needs: Needs, given: Mapping[str, Any], op_name: str) -> Any:
    model = needs.config
    if not needs.takes_config:
        from headwater.definitions.resources.config_schema import model_of  # pydantic, which only some need

        model = model_of(needs.config, op_name)
    try:
        return model(**given)
    except InvalidConfigError as error:
        raise InvalidConfigError(f"The config of {op_name!r}: {error}") from None
