"""Send the messages of alerts: to a webhook, signed or as Slack has it, or by e-mail."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import smtplib
import ssl
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

import msgspec

from headwater.clock import MICROSECONDS, to_datetime
from headwater.errors import HeadwaterError, SettingsError
from headwater.records.alerts.alerts import AlertChannel, Delivery, check_url, is_address
from headwater.records.alerts.messages import headline, slack_body, text, webhook_body

_TIMEOUT_SECONDS = 15.0
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


class AlertNotSentError(HeadwaterError):
    """A message did not reach its channel; `for_good` where trying again can't help."""

    def __init__(self, reason: str, *, for_good: bool = False) -> None:
        super().__init__(reason)
        self.for_good = for_good


class AlertChannels:
    """Sends to all sorts of channels.

    Args:
        environment: Where secrets and the mail server's address are.
        deployment: The deployment's name.
        address: Where people reach its app, for links.
    """

    def __init__(self, environment: Mapping[str, str], deployment: str, address: str | None) -> None:
        self._environment = environment
        self._deployment = deployment
        self._address = address

    async def send(self, deliveries: Sequence[Delivery], now: int) -> None:
        """Send messages for one channel together.

        Raises:
            AlertNotSentError: they did not arrive, as far as is known.
        """
        channel = deliveries[0].channel
        try:
            if channel.kind == "email":
                message = self._mail(deliveries, now)
                await asyncio.to_thread(self._send_mail, message)
            else:
                await self._post(channel, deliveries, now)
        except SettingsError as error:
            raise AlertNotSentError(str(error)) from error
        except (OSError, smtplib.SMTPException) as error:
            raise _not_sent(error) from error

    async def _post(self, channel: AlertChannel, deliveries: Sequence[Delivery], now: int) -> None:
        url = channel.url or self._secret(channel.url_env or "")
        check_url(url, channel.url_env or "url")
        headers = {"content-type": "application/json", "user-agent": "Headwater"}
        if channel.kind == "slack":
            body = msgspec.json.encode(slack_body(deliveries, self._address))
        else:
            body = msgspec.json.encode(webhook_body(deliveries, self._address, self._deployment))
            secret = None if channel.secret_env is None else self._secret(channel.secret_env)
            headers |= signed(body, secret, _message_id(deliveries), now)
        import httpx2  # 2 MB, of which an engine without alerts has no use

        # Nothing is followed elsewhere, and a proxy is used only where the environment names one.
        try:
            async with httpx2.AsyncClient(timeout=_TIMEOUT_SECONDS, follow_redirects=False) as client:
                response = await client.post(url, content=body, headers=headers)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise _not_sent(error) from error
        if not 200 <= response.status_code < 300:
            said = response.text[:200].strip()
            raise AlertNotSentError(f"The receiver answered {response.status_code}{f': {said}' if said else ''}.")

    def _mail(self, deliveries: Sequence[Delivery], now: int) -> EmailMessage:
        channel = deliveries[0].channel
        to = dict.fromkeys(channel.to)
        if channel.owners:
            owners = (owner for each in deliveries if each.incident is not None for owner in each.incident.owners)
            to.update(dict.fromkeys(owner for owner in owners if is_address(owner)))
        if not to:
            raise AlertNotSentError("No owner of these assets has an e-mail address.", for_good=True)
        message = EmailMessage()
        message["From"] = self._environment.get("HEADWATER_SMTP_FROM") or "headwater@localhost"
        message["To"] = ", ".join(to)
        message["Subject"] = " ".join(headline(deliveries).split())[:200]
        message["Date"] = format_datetime(to_datetime(now))
        message["Message-ID"] = f"<{_message_id(deliveries)}@headwater>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text(deliveries, self._address))
        return message

    def _send_mail(self, message: EmailMessage) -> None:
        url = urlsplit(self._secret("HEADWATER_SMTP_URL"))
        if url.scheme not in ("smtp", "smtps") or not url.hostname:
            raise SettingsError("HEADWATER_SMTP_URL is no address such as smtp://user:password@mail.example.com:587.")
        context = ssl.create_default_context()
        if url.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                url.hostname, url.port or 465, timeout=_TIMEOUT_SECONDS, context=context
            )
        else:
            server = smtplib.SMTP(url.hostname, url.port or 587, timeout=_TIMEOUT_SECONDS)
        with server:
            server.ehlo()
            secure = url.scheme == "smtps"
            if not secure and server.has_extn("starttls"):
                server.starttls(context=context)
                server.ehlo()
                secure = True
            if url.username:
                if not secure and url.hostname not in _LOCAL:
                    raise SettingsError(f"The mail server {url.hostname} offers no TLS, so no password is sent to it.")
                server.login(unquote(url.username), unquote(url.password or ""))
            server.send_message(message)

    def _secret(self, name: str) -> str:
        value = self._environment.get(name)
        if not value:
            raise SettingsError(f"The variable {name} is not set where the engine runs.")
        return value


def _not_sent(error: Exception) -> AlertNotSentError:
    return AlertNotSentError(f"{type(error).__name__}: {error}"[:500])


def signed(body: bytes, secret: str | None, message_id: str, now: int) -> dict[str, str]:
    """The headers of the Standard Webhooks specification; the signature is left out where there is no secret.

    Args:
        body: As it is sent.
        secret: Of sender and receiver; in Base64 after `whsec_`, or any text.
        message_id: The same whenever the message is sent again.
        now: The time in microseconds.
    """
    sent_at = str(now // MICROSECONDS)
    headers = {"webhook-id": message_id, "webhook-timestamp": sent_at}
    if secret is None:
        return headers
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        key = secret.encode()
    digest = hmac.new(key, f"{message_id}.{sent_at}.".encode() + body, hashlib.sha256).digest()
    return headers | {"webhook-signature": f"v1,{base64.b64encode(digest).decode()}"}


def _message_id(deliveries: Sequence[Delivery]) -> str:
    """The same for the same messages."""
    if len(deliveries) == 1:
        return deliveries[0].delivery_id
    together = "\0".join(each.delivery_id for each in deliveries)
    return f"{deliveries[0].rule}-{hashlib.sha256(together.encode()).hexdigest()[:24]}"
