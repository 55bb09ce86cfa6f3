"""`EnvVar`: a setting that the environment holds, named in a definition and read only when it is used."""

from __future__ import annotations

from typing import Any, NoReturn

from headwater.definitions.arguments import check_text
from headwater.environment import read_secret
from headwater.errors import InvalidConfigError, InvalidInvocationError


class EnvVar(str):
    """The name of an environment variable, given where a resource or config takes text.

    The value is read in the process that uses it, as it begins to; neither snapshots nor logs nor messages hold it.

    Args:
        name: The variable's name.

    Raises:
        InvalidParameterError: the name is no text.

    Example:
        >>> EnvVar("WAREHOUSE_PASSWORD")
        EnvVar('WAREHOUSE_PASSWORD')
    """

    __slots__ = ()

    def __new__(cls, name: str) -> EnvVar:
        """Name a variable."""
        return super().__new__(cls, check_text(name, "The name of an EnvVar"))

    @classmethod
    def int(cls, name: str) -> IntEnvVar:
        """A variable that holds a whole number, given where a resource or config takes an `int`."""
        return IntEnvVar.of(name)

    @property
    def env_var_name(self) -> str:
        """The variable's name."""
        return str.__str__(self)

    def get_value(self, default: str | None = None) -> str | None:
        """What the variable holds now, or the default where it is not set."""
        value = read_secret(self.env_var_name)
        return default if value is None else value

    def __str__(self) -> str:
        return _refuse_text(self.env_var_name)

    def __format__(self, format_spec: str) -> str:
        return _refuse_text(self.env_var_name)

    def __repr__(self) -> str:
        return f"EnvVar({self.env_var_name!r})"

    def __getnewargs__(self) -> tuple[str]:
        return (self.env_var_name,)


class IntEnvVar(int):
    """The name of an environment variable that holds a whole number. Made by `EnvVar.int`."""

    env_var_name: str

    @classmethod
    def of(cls, name: str) -> IntEnvVar:
        """Name a variable."""
        made = cls()
        made.env_var_name = check_text(name, "The name of an EnvVar")
        return made

    def get_value(self, default: int | None = None) -> int | None:
        """What the variable holds now, or the default where it is not set.

        Raises:
            InvalidConfigError: it holds no whole number.
        """
        value = read_secret(self.env_var_name)
        if value is None:
            return default
        try:
            return int(value)
        except ValueError:
            raise InvalidConfigError(
                f"The environment variable {self.env_var_name} is to hold a whole number, but does not."
            ) from None

    def __str__(self) -> str:
        return _refuse_text(self.env_var_name)

    def __repr__(self) -> str:
        return f"EnvVar.int({self.env_var_name!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return IntEnvVar.of, (self.env_var_name,)


def resolve_env_vars(value: Any, where: str) -> Any:
    """The value with every `EnvVar` in it, also inside lists and dicts, replaced by what the variable holds now.

    Raises:
        InvalidConfigError: a variable is not set.
    """
    if isinstance(value, (EnvVar, IntEnvVar)):
        found = value.get_value()
        if found is None:
            raise InvalidConfigError(
                f"{where} is the environment variable {value.env_var_name}, which is not set. Set it where the code "
                "location runs, and start that again."
            )
        return found
    if isinstance(value, dict):
        return {key: resolve_env_vars(item, f"{where}[{key!r}]") for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(resolve_env_vars(item, f"{where}[{number}]") for number, item in enumerate(value))
    return value


def holds_env_var(value: Any) -> bool:
    """Whether a value is an `EnvVar`, or a list or dict that holds one."""
    if isinstance(value, dict):
        return any(map(holds_env_var, value.values()))
    if isinstance(value, (list, tuple)):
        return any(map(holds_env_var, value))
    return isinstance(value, (EnvVar, IntEnvVar))


def _refuse_text(name: str) -> NoReturn:
    raise InvalidInvocationError(
        f"EnvVar({name!r}) has no text until it is used: pass it to a resource or config as it is, or write "
        f"EnvVar({name!r}).get_value() to read it here and now."
    )
