"""E-mail: a sensor that sends one for each run that fails. Rules for alerts do the same without code, and much more."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from html import escape
from typing import Literal

import headwater as hw

_TIMEOUT_SECONDS = 20.0
_PORTS = {"SSL": 465, "STARTTLS": 587}


def make_email_on_run_failure_sensor(
    email_from: str,
    email_password: str,
    email_to: Sequence[str],
    email_body_fn: Callable[[hw.RunFailureSensorContext], str] | None = None,
    email_subject_fn: Callable[[hw.RunFailureSensorContext], str] | None = None,
    smtp_host: str = "smtp.gmail.com",
    smtp_type: Literal["SSL", "STARTTLS"] = "SSL",
    smtp_port: int | None = None,
    smtp_user: str | None = None,
    name: str | None = None,
    webserver_base_url: str | None = None,
    monitored_jobs: Sequence[hw.JobDefinition | str] | None = None,
    job_selection: Sequence[hw.JobDefinition | str] | None = None,
    monitor_all_code_locations: bool = False,
    default_status: hw.DefaultSensorStatus | None = None,
    monitor_all_repositories: bool = False,
) -> hw.SensorDefinition:
    """A sensor that sends an e-mail for each run that fails.

    Args:
        email_from: Who sends.
        email_password: The password; read it with `EnvVar(...).get_value()` rather than writing it down.
        email_to: Who gets it.
        email_body_fn: Gives the text, HTML, from the context; if left out, it says which run failed, and why.
        email_subject_fn: Gives the subject.
        smtp_host: The mail server.
        smtp_type: `SSL`, or `STARTTLS` for a connection that becomes secure once it stands.
        smtp_port: Its port; 465 or 587 if left out.
        smtp_user: Who signs in; the sender if left out.
        name: The sensor's; `email_on_run_failure` if left out.
        webserver_base_url: Where Headwater is, for a link to the run.
        monitored_jobs: The jobs whose runs count; all runs if left out.
        job_selection: The same as `monitored_jobs`, as it was called earlier.
        monitor_all_code_locations: Whether runs of other code locations count too.
        default_status: Whether it is on as long as nobody has switched it.
        monitor_all_repositories: The same as `monitor_all_code_locations`.

    Raises:
        InvalidParameterError: an argument can't be meant so.

    Example:
        >>> make_email_on_run_failure_sensor("etl@example.com", "secret", ["oncall@example.com"]).kind
        'run_failure'
    """
    if smtp_type not in _PORTS:
        raise hw.InvalidParameterError(f"smtp_type is 'SSL' or 'STARTTLS', but got {smtp_type!r}.")
    if isinstance(email_to, str) or not email_to:
        raise hw.InvalidParameterError(f"email_to is a list of addresses, but got {email_to!r}.")
    body_of, subject_of = email_body_fn or _body, email_subject_fn or _subject

    decorate: Callable[[Callable[..., None]], hw.SensorDefinition] = hw.run_failure_sensor(
        name=name or "email_on_run_failure",
        description="Sends an e-mail for each run that fails.",
        monitored_jobs=monitored_jobs,
        job_selection=job_selection,
        monitor_all_code_locations=monitor_all_code_locations,
        monitor_all_repositories=monitor_all_repositories,
        default_status=default_status,
    )

    def send(context: hw.RunFailureSensorContext) -> None:
        message = EmailMessage()
        message["From"] = email_from
        message["To"] = ", ".join(email_to)
        message["Subject"] = " ".join(subject_of(context).split())
        link = ""
        if webserver_base_url is not None:
            address = f"{webserver_base_url.rstrip('/')}/runs/{context.run.run_id}"
            link = f'<p><a href="{address}">See the run</a></p>'
        message.set_content(body_of(context) + link, subtype="html")
        tls = ssl.create_default_context()
        port = smtp_port or _PORTS[smtp_type]
        server: smtplib.SMTP
        if smtp_type == "SSL":
            server = smtplib.SMTP_SSL(smtp_host, port, timeout=_TIMEOUT_SECONDS, context=tls)
        else:
            server = smtplib.SMTP(smtp_host, port, timeout=_TIMEOUT_SECONDS)
        with server:
            if smtp_type == "STARTTLS":
                server.starttls(context=tls)
            server.login(smtp_user or email_from, email_password)
            server.send_message(message)

    return decorate(send)


def _body(context: hw.RunFailureSensorContext) -> str:
    message = escape(context.failure_event.message or "")
    return f"<p>Run {escape(context.run.run_id)} of {escape(_what(context))} failed.</p><pre>{message}</pre>"


def _subject(context: hw.RunFailureSensorContext) -> str:
    return f"Headwater: a run of {_what(context)} failed"


def _what(context: hw.RunFailureSensorContext) -> str:
    assets = [str(key) for key in context.run.assets]
    if context.run.job_name:
        return f"job {context.run.job_name}"
    return ", ".join(assets[:5]) + (f" and {len(assets) - 5} more" if len(assets) > 5 else "")
