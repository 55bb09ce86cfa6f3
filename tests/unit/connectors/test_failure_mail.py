"""The sensor that sends an e-mail for each run that fails, with a real mail server."""

from __future__ import annotations

import ssl
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
import trustme
from receivers import mailbox

import headwater as hw


def test_a_failed_run_is_told_of_by_mail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over TLS, to everybody named, with the reason and a link; what comes from user code is no markup."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(tls)
    run = SimpleNamespace(run_id="r1", job_name=None, assets=("orders",), partition=None)
    failure = SimpleNamespace(message="x <b> y")
    context = hw.build_run_status_sensor_context("mail", failure, run).for_run_failure()

    with mailbox(tls) as box:
        sensor = hw.make_email_on_run_failure_sensor(
            "etl@example.com",
            "secret",
            ["a@example.com", "b@example.com"],
            smtp_host="localhost",
            smtp_port=urlsplit(box.url).port,
            webserver_base_url="https://hw.example.com/",
        )
        sensor(context)
        to, message = box.next()

    assert ["a@example.com", "b@example.com"] == to
    assert "Headwater: a run of orders failed" == message["Subject"]
    text = message.get_content()
    assert "x &lt;b&gt; y" in text
    assert "https://hw.example.com/runs/r1" in text


def test_mistaken_arguments_are_named() -> None:
    """At definition, not when something has failed."""
    with pytest.raises(hw.InvalidParameterError, match="email_to is a list"):
        hw.make_email_on_run_failure_sensor("a@example.com", "secret", "b@example.com")
    with pytest.raises(hw.InvalidParameterError, match="smtp_type"):
        hw.make_email_on_run_failure_sensor("a@example.com", "secret", ["b@example.com"], smtp_type="TLS")  # type: ignore[arg-type]
