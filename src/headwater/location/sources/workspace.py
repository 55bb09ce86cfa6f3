"""The workspace file: which code locations there are, each with its own Python environment, folder or host.

```toml
[[location]]
name = "finance"
target = "finance/definitions.py"
python = "finance/.venv/bin/python"

[[location]]
name = "lab"
address = "tls://lab.example.com:4400"
ca = "lab.pem"
token_file = "lab.token"
```
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

import msgspec

from headwater.errors import SettingsError
from headwater.location.sources.source import LocationSource, location_name, parse_address, source_of


class _Entry(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    name: str | None = None
    target: str = ""
    python: str | None = None
    working_directory: str | None = None
    env: dict[str, str] = {}
    address: str | None = None
    ca: str | None = None
    token_file: str | None = None


class _Workspace(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    location: list[_Entry]


def read_workspace(file: Path) -> list[LocationSource]:
    """The locations that a workspace file names; its paths are relative to its own folder.

    Raises:
        SettingsError: it can't be read, or says something that there is not.
    """
    try:
        given = msgspec.convert(tomllib.loads(file.read_text()), _Workspace)
    except OSError as error:
        raise SettingsError(f"The workspace file {file} can't be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} is not TOML: {error}.") from error
    except msgspec.ValidationError as error:
        raise SettingsError(
            f"{file} can't be used: {error}. Each [[location]] has a name, and a target (a Python file or a module) "
            "with python, working_directory and env beside it, or an address with ca and token_file."
        ) from error
    sources = [_source(entry, file.resolve().parent) for entry in given.location]
    names = [source.name for source in sources]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise SettingsError(f"{file} has several locations with the name {twice[0]!r}; give each its own `name`.")
    return sources


def _source(entry: _Entry, folder: Path) -> LocationSource:
    if entry.address is not None:
        return _elsewhere(entry, entry.address, folder)
    if not entry.target:
        raise SettingsError(
            f"The location {entry.name or 'without a name'!r} needs a target, a Python file or a module, or the "
            "address of a machine that serves it."
        )
    target = str(folder / entry.target) if entry.target.endswith(".py") else entry.target
    # An interpreter that is a path is kept as it is: resolving it would leave its virtual environment.
    python = entry.python or sys.executable
    is_path = "/" in python
    return LocationSource(
        name=entry.name or location_name(target),
        target=target,
        python=str(folder / python) if is_path else python,
        working_directory=str(folder / (entry.working_directory or "")),
        env=entry.env,
    )


def _elsewhere(entry: _Entry, address: str, folder: Path) -> LocationSource:
    if entry.name is None or entry.target:
        raise SettingsError(
            f"The location at {address} needs a name, and no target: the machine that serves it has that."
        )
    parse_address(address)
    return LocationSource(
        name=entry.name,
        address=address,
        ca=None if entry.ca is None else str(folder / entry.ca),
        token_file=None if entry.token_file is None else str(folder / entry.token_file),
    )


def sources_of(targets: Sequence[str]) -> list[LocationSource]:
    """The locations that targets mean: files, modules, and workspace files (`….toml`).

    Raises:
        SettingsError: a workspace file can't be used.
    """
    return [
        source
        for target in targets
        for source in (read_workspace(Path(target)) if target.endswith(".toml") else [source_of(target)])
    ]
