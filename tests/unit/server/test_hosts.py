"""Under which names a server answers, and when it counts as open to others."""

from __future__ import annotations

import pytest

from headwater.server.access.hosts import Hosts, hostname


@pytest.mark.parametrize(
    ("hosts", "name", "allowed"),
    [
        (Hosts(), "localhost", True),
        (Hosts(), "::1", True),
        (Hosts(), "evil.example", False),
        (Hosts(), "10.0.0.1", False),
        (Hosts(), "", False),
        (Hosts(loopback=False), "10.0.0.1", True),
        (Hosts(loopback=False), "evil.example", False),
        (Hosts(loopback=False, allowed=["*.example.com"]), "hw.example.com", True),
        (Hosts(loopback=False, allowed=["*.example.com"]), "example.com.evil", False),
        (Hosts(allowed=["HW.example.com"]), "hw.example.com", True),
        (Hosts(public_url="https://hw.example.com/"), "hw.example.com", True),
    ],
)
def test_a_server_answers_to_its_own_names(hosts: Hosts, name: str, allowed: bool) -> None:
    """And to plain addresses where others can reach it, because nobody can point those elsewhere."""
    assert allowed is hosts.allows(name)


def test_a_public_name_opens_the_server() -> None:
    """Whoever names one has a proxy before it, so tokens are demanded; another name of loopback opens nothing."""
    assert [False, False, True, True] == [
        Hosts().exposed,
        Hosts(public_url="http://localhost:3000").exposed,
        Hosts(public_url="https://hw.example.com").exposed,
        Hosts(loopback=False).exposed,
    ]


@pytest.mark.parametrize(
    ("header", "name"), [("Localhost:3000", "localhost"), ("[::1]:3000", "::1"), ("[::1", ""), ("", ""), ("a@b", "b")]
)
def test_a_host_header_is_read_with_care(header: str, name: str) -> None:
    """Whatever stands in it."""
    assert name == hostname(header)
