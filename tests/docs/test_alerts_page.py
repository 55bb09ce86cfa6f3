"""What the page on alerts shows is true."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from headwater.cli.main import main
from headwater.daemon.alert_channels import signed
from headwater.records.alerts.alerts import AlertCause

PAGE = (Path(__file__).parents[2] / "docs" / "alerts.md").read_text()


def test_a_receiver_knows_what_is_genuine() -> None:
    """The snippet accepts what is signed with the secret, and nothing else."""
    [snippet] = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
    names: dict[str, Any] = {}
    exec(snippet, names)
    headers = signed(b"{}", "not base64!", "id-1", 1_700_000_000_000_000)

    assert names["is_genuine"]("not base64!", headers, b"{}")
    assert not names["is_genuine"]("not base64!", headers, b"{ }")
    assert not names["is_genuine"]("another one!", headers, b"{}")


def test_each_command_and_option_is_there() -> None:
    """Every command of the page, and every option that it speaks of."""
    group: Any = main.commands["alert"]
    named = set(re.findall(r"headwater alert (\w+)", PAGE))
    options = {option for each in group.commands.values() for param in each.params for option in param.opts}
    options |= {option for each in group.commands.values() for param in each.params for option in param.secondary_opts}

    assert set() == named - group.commands.keys()
    assert set() == set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", PAGE)) - options


def test_each_cause_is_explained() -> None:
    """The table has every cause."""
    assert [cause.value for cause in AlertCause] == re.findall(r"^\| `(\w+)` \|", PAGE, flags=re.MULTILINE)
