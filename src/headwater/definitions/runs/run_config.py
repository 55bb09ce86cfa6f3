"""`RunConfig`: what one run sets of its functions' and resources' behaviour, and its plain form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from headwater.definitions.arguments import check_mapping, shown
from headwater.definitions.near import nearest
from headwater.definitions.resources.definition import ConfigBase
from headwater.definitions.resources.env_vars import EnvVar, IntEnvVar
from headwater.errors import InvalidConfigError
from headwater.keys import AssetKey

_SECTIONS = ("ops", "resources", "loggers", "execution")


class RunConfig(msgspec.Struct, frozen=True, kw_only=True):
    """What one run sets of its functions' and resources' behaviour.

    Args:
        ops: For an asset or check, by its name (the parts of its key joined by `__` or `/`), its `Config` or a dict.
        resources: For a resource, by its name, the fields that it is to have in this run.
        loggers: Taken for the sake of code that gives it; has no effect.
        execution: The executor, `{"executor": "dask", "config": {"address": "tcp://scheduler:8786"}}`.

    Example:
        >>> RunConfig(ops={"report": {"days": 3}}).to_config_dict()
        {'ops': {'report': {'config': {'days': 3}}}}
    """

    ops: Mapping[str, Any] = {}
    resources: Mapping[str, Any] = {}
    loggers: Mapping[str, Any] = {}
    execution: Mapping[str, Any] | None = None

    def to_config_dict(self) -> dict[str, Any]:
        """The plain form, in which a run keeps it; an `EnvVar` in it stays a name."""
        plain: dict[str, Any] = {}
        for section, entries in (("ops", self.ops), ("resources", self.resources)):
            if entries:
                plain[section] = {name: {"config": _plain(value)} for name, value in entries.items()}
        if self.execution:
            plain["execution"] = _plain(self.execution)
        return plain


class StepConfig(msgspec.Struct, frozen=True):
    """A run's config by asset and by resource, each without the word `config` around it."""

    ops: dict[str, Any] = {}
    resources: dict[str, Any] = {}

    def of_op(self, name: str) -> Any:
        """What was given for an asset or check; an empty dict if nothing was."""
        return self.ops.get(name, {})


def plain_run_config(config: RunConfig | Mapping[str, Any] | None, where: str = "run_config") -> dict[str, Any]:
    """The plain form of a run's config, as it is kept and sent.

    Raises:
        InvalidConfigError: it has an unknown section, or one that is no dict.
    """
    given = config.to_config_dict() if isinstance(config, RunConfig) else check_mapping(config, where)
    unknown = [name for name in given if name not in _SECTIONS]
    if unknown:
        near = nearest(str(unknown[0]), _SECTIONS)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise InvalidConfigError(f"{where} has the sections {', '.join(_SECTIONS)}, but got {unknown[0]!r}.{hint}")
    return {name: _plain(check_mapping(given[name], f"{where}[{name!r}]")) for name in given}


def read_run_config(
    plain: Mapping[str, Any], op_names: Iterable[str], resource_names: Iterable[str], *, only_known: bool = False
) -> StepConfig:
    """The config by asset and by resource.

    Args:
        plain: As `plain_run_config` gives it.
        op_names: The assets and checks of the run.
        resource_names: The resources that there are.
        only_known: Leave out what it says of others, instead of refusing it.

    Raises:
        InvalidConfigError: it names something else, or an entry is not written `{"config": …}`.
    """
    spelled = {_op_name(name): name for name in op_names}
    ops = {}
    for name, entry in plain.get("ops", {}).items():
        found = spelled.get(_op_name(name))
        if found is None and only_known:
            continue
        if found is None:
            raise InvalidConfigError(_unknown("ops", "an asset or check of this run", name, spelled.values()))
        ops[found] = _entry(entry, "ops", name)
    known = set(resource_names)
    resources = {}
    for name, entry in plain.get("resources", {}).items():
        if name not in known:
            raise InvalidConfigError(_unknown("resources", "a resource", name, known))
        resources[name] = _entry(entry, "resources", name)
    return StepConfig(ops, resources)


def takes_no_config(name: str, given: Iterable[str]) -> str:
    """Why config of an asset or check is refused that takes none, and what to do."""
    return (
        f"The run's config sets {', '.join(sorted(given))} of {name!r}, which takes no config. Give its function a "
        "parameter `config` annotated with a Config."
    )


def _unknown(section: str, what: str, name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    near = nearest(name, names)
    hint = f" Did you mean {near[0]!r}?" if near else f" There are: {', '.join(names[:20]) or 'none'}."
    return f"{section} of the run's config names {name!r}, which is not {what}.{hint}"


def _entry(entry: Any, section: str, name: str) -> Any:
    if not isinstance(entry, dict) or set(entry) - {"config"}:
        raise InvalidConfigError(
            f"{section}[{name!r}] of the run's config is written {{'config': {{…}}}}, but got {shown(entry)}."
        )
    return with_env_vars(entry.get("config", {}))


def with_env_vars(value: Any) -> Any:
    """Plain config with `{"env": "NAME"}` read as the `EnvVar` that it stands for."""
    if isinstance(value, dict):
        if len(value) == 1 and isinstance(value.get("env"), str):
            return EnvVar(value["env"])
        if len(value) == 1 and isinstance(value.get("env_int"), str):
            return EnvVar.int(value["env_int"])
        return {key: with_env_vars(item) for key, item in value.items()}
    return [with_env_vars(item) for item in value] if isinstance(value, list) else value


def _op_name(name: str) -> str:
    return (
        AssetKey.from_user_string(name).to_python_identifier()
        if "/" in name
        else name.replace("-", "_").replace(".", "_")
    )


def _plain(value: Any) -> Any:
    if isinstance(value, EnvVar):
        return {"env": value.env_var_name}
    if isinstance(value, IntEnvVar):
        return {"env_int": value.env_var_name}
    if isinstance(value, ConfigBase):
        return {name: _plain(getattr(value, name)) for name in sorted(value.model_fields_set)}  # type: ignore[attr-defined]
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
