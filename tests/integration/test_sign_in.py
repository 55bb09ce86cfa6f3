"""People sign in by a real OpenID Connect provider, as a browser does it."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

import httpx2
import msgspec
import pytest
from demos import free_port
from servers import LIMIT, DevServer, dev_server

from headwater.clock import SystemClock
from headwater.records.access.tokens import Role
from headwater.server.access.oidc import Flow, SignIn, SignInFailedError, seal, unseal
from headwater.server.access.sign_in_settings import RoleRule, SignInSettings

PROJECT = Path(__file__).parents[1] / "projects" / "hostile.py"
SECRET = "HEADWATER_TEST_CLIENT_SECRET"
os.environ[SECRET] = "a secret of the client"
PEOPLE = [
    {"sub": "1", "email": "ann@example.com", "email_verified": True, "groups": ["data-platform"]},
    {"sub": "2", "email": "bob@example.com", "email_verified": True},
    {"sub": "3", "email": "eve@example.com", "email_verified": False},
    {"sub": "4", "email": "zoe@elsewhere.org", "email_verified": True},
]


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """The issuer's address."""
    port = free_port()
    people = [part for person in PEOPLE for part in ("--user-claims", json.dumps(person))]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "-H", "127.0.0.1", "-p", str(port), "-n"]
    with subprocess.Popen([*command, *people], stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "running on" in line:
                break
        yield f"http://127.0.0.1:{port}"
        process.kill()
        process.stderr.close()


@pytest.fixture(scope="module")
def server(provider: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevServer]:
    """A server that demands tokens, and whose people come from the provider."""
    home = tmp_path_factory.mktemp("home")
    (home / "settings.toml").write_text(
        f"""
        [oidc]
        issuer = "{provider}"
        client_id = "headwater"
        client_secret_env = "{SECRET}"
        name = "Example SSO"

        [[oidc.roles]]
        role = "viewer"
        email = ["*@example.com"]

        [[oidc.roles]]
        role = "admin"
        claim = "groups"
        values = ["data-platform"]
        """
    )
    command = [sys.executable, "-m", "headwater.cli", "token", "create", "first", "-s", "admin", "--home", str(home)]
    created = subprocess.run([*command, "--json"], check=True, capture_output=True)
    with dev_server(home, str(PROJECT), token=json.loads(created.stdout)["token"]) as started:
        yield started


Visit = tuple[httpx2.Client, httpx2.Response]
SignsIn = Callable[..., Visit]


@pytest.fixture
def browsers(server: DevServer) -> Iterator[Callable[[], httpx2.Client]]:
    """Opens browsers that are signed in by nobody."""
    opened: list[httpx2.Client] = []

    def open_one() -> httpx2.Client:
        opened.append(httpx2.Client(base_url=server.url.replace("127.0.0.1", "localhost"), timeout=LIMIT))
        return opened[-1]

    yield open_one
    for browser in opened:
        browser.close()


@pytest.fixture
def sign_in(browsers: Callable[[], httpx2.Client]) -> SignsIn:
    """Go through it as a browser would; gives the browser, and where it was sent at the end."""

    def go(subject: str, following: str = "") -> Visit:
        browser = browsers()
        there = browser.get("/api/session/start", params={"following": following})
        assert 302 == there.status_code
        consented = httpx2.post(there.headers["location"], data={"sub": subject}, timeout=LIMIT)
        return browser, browser.get(consented.headers["location"])

    return go


def change(browser: httpx2.Client, method: str, path: str, **arguments: Any) -> httpx2.Response:
    """A change as the app makes it."""
    return browser.request(method, path, headers={"Origin": str(browser.base_url).rstrip("/")}, **arguments)


def test_a_person_signs_in_and_is_what_the_rules_say(sign_in: SignsIn) -> None:
    """They come back to the page that they wanted, with a strict cookie, and the widest role that a rule gives."""
    browser, back = sign_in("1", "/lineage?select=a b")

    me = browser.get("/api/me").json()
    cookie = back.headers.get_list("set-cookie")[0]
    assert (302, "/lineage?select=a%20b") == (back.status_code, back.headers["location"])
    assert ("person", "ann@example.com", ["admin", "operate", "read", "report"]) == (
        me["kind"],
        me["name"],
        me["scopes"],
    )
    assert ["httponly", "max-age=43200", "path=/", "samesite=strict"] == sorted(
        part.strip().lower() for part in cookie.split(";")[1:]
    )
    assert {"provider": "Example SSO", "path": "api/session/start"} == browser.get("/api/session").json()


def test_a_viewer_reads_and_changes_nothing(sign_in: SignsIn) -> None:
    """A verified address of the right domain is enough for that."""
    browser, _ = sign_in("2")

    assert ["read"] == browser.get("/api/me").json()["scopes"]
    assert 403 == change(browser, "POST", "/api/sensors/x/start").status_code
    assert 403 == browser.get("/api/tokens").status_code


@pytest.mark.parametrize("subject", ["3", "4"])
def test_whom_no_rule_fits_is_not_let_in(sign_in: SignsIn, subject: str) -> None:
    """An address that nobody verified is not one; the refusal stands in the audit log."""
    browser, back = sign_in(subject)
    admin, _ = sign_in("1")

    refused = admin.get("/api/audit", params={"outcome": "refused"}).json()["items"]
    assert "/?sign_in=refused" == back.headers["location"]
    assert 401 == browser.get("/api/me").status_code
    assert "no rule gives a role" in {entry["detail"] for entry in refused}


def test_an_admin_changes_roles_and_shuts_people_out(sign_in: SignsIn) -> None:
    """At once, in sessions that are open; who is shut out can't sign in again."""
    admin, _ = sign_in("1")
    browser, _ = sign_in("2")
    person = next(each for each in admin.get("/api/people").json()["items"] if each["email"] == "bob@example.com")
    path = f"/api/people/{person['person_id']}"

    change(admin, "PATCH", path, json={"given_role": "operator"})
    as_operator = browser.get("/api/me").json()["scopes"]
    shut_out = change(admin, "PATCH", path, json={"disabled": True})
    after = browser.get("/api/me").status_code
    _, back = sign_in("2")
    change(admin, "PATCH", path, json={})

    assert ["operate", "read", "report"] == as_operator
    assert (200, 401, "/?sign_in=refused") == (shut_out.status_code, after, back.headers["location"])
    assert "/" == sign_in("2")[1].headers["location"]


def test_signing_out_ends_the_session(server: DevServer, sign_in: SignsIn) -> None:
    """Also for whoever kept the cookie; an admin can end those of somebody else."""
    browser, _ = sign_in("1")
    copy = httpx2.Cookies(browser.cookies)

    signed_out = change(browser, "DELETE", "/api/session").status_code

    assert 204 == signed_out
    assert 401 == httpx2.get(f"{server.url}/api/me", cookies=copy, timeout=LIMIT).status_code


@pytest.mark.parametrize("following", ["//evil.example", "https://evil.example", "/\\evil.example", "%2f%2fevil"])
def test_nobody_is_sent_elsewhere(sign_in: SignsIn, following: str) -> None:
    """Wherever the beginning was told to go on."""
    _, back = sign_in("1", following)

    assert "" == urlsplit(back.headers["location"]).netloc


def test_an_answer_that_was_not_asked_for_is_refused(browsers: Callable[[], httpx2.Client]) -> None:
    """Without the cookie of the beginning, with another state, or with an error: nobody is signed in."""
    browser = browsers()
    without = browser.get("/api/session/callback?code=a&state=b")
    browser.get("/api/session/start")
    wrong = [browser.get(f"/api/session/callback?{query}") for query in ("code=a&state=b", "error=denied", "")]

    assert {"/?sign_in=failed"} == {answer.headers["location"] for answer in (without, *wrong)}
    assert 401 == browser.get("/api/me").status_code


CALLBACK = "http://localhost:1/api/session/callback"


async def at_the_provider(provider: str) -> tuple[SignIn, Flow, dict[str, str]]:
    """A person who has consented and is on the way back."""
    signing = SignIn(SignInSettings(issuer=provider, client_id="headwater", client_secret_env=SECRET), SystemClock())
    address, flow = await signing.begin(CALLBACK, "")
    consented = httpx2.post(address, data={"sub": "1"}, timeout=LIMIT)
    return signing, flow, dict(parse_qsl(urlsplit(consented.headers["location"]).query))


async def test_a_code_is_good_once(provider: str) -> None:
    """What was overheard can't be used again."""
    signing, flow, query = await at_the_provider(provider)

    claims = await signing.finish(CALLBACK, flow, query)

    assert ("1", ["data-platform"]) == (claims["sub"], claims["groups"])
    with pytest.raises(SignInFailedError):
        await signing.finish(CALLBACK, flow, query)


@pytest.mark.parametrize("field", ["state", "nonce"])
async def test_state_and_nonce_must_be_those_of_the_beginning(provider: str, field: str) -> None:
    """A code or token that was meant for another browser is refused."""
    signing, flow, query = await at_the_provider(provider)

    with pytest.raises(SignInFailedError):
        await signing.finish(CALLBACK, msgspec.structs.replace(flow, **{field: "x" * 50}), query)


class Recorder(BaseHTTPRequestHandler):
    """A provider that refuses each code, and keeps what came with it."""

    received: ClassVar[list[bytes]] = []

    def do_GET(self) -> None:
        """Describe the provider."""
        own = f"http://{self.headers['Host']}"
        found = {"issuer": own, "authorization_endpoint": f"{own}/a", "token_endpoint": f"{own}/t", "jwks_uri": own}
        self._answer(200, found)

    def do_POST(self) -> None:
        """Refuse."""
        self.received.append(self.rfile.read(int(self.headers["Content-Length"])))
        self._answer(400, {"error": "invalid_grant"})

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self, status: int, found: object) -> None:
        body = json.dumps(found).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


async def test_the_challenge_goes_along_and_the_verifier_only_with_the_code() -> None:
    """PKCE with SHA-256: whoever sees the address of the beginning can't use the code."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Recorder) as http:
        thread = threading.Thread(target=http.serve_forever)
        thread.start()
        settings = SignInSettings(
            issuer=f"http://127.0.0.1:{http.server_port}", client_id="c", client_secret_env=SECRET
        )
        signing = SignIn(settings, SystemClock())
        address, flow = await signing.begin(CALLBACK, "")
        with pytest.raises(SignInFailedError):
            await signing.finish(CALLBACK, flow, {"state": flow.state, "code": "x"})
        http.shutdown()
        thread.join()

    sent = dict(parse_qsl(urlsplit(address).query))
    challenge = base64.urlsafe_b64encode(hashlib.sha256(flow.verifier.encode()).digest()).rstrip(b"=").decode()
    assert ("S256", challenge, flow.nonce) == (sent["code_challenge_method"], sent["code_challenge"], sent["nonce"])
    assert flow.verifier not in address
    assert flow.verifier == dict(parse_qsl(Recorder.received[-1].decode()))["code_verifier"]


async def test_a_token_for_another_client_is_refused(provider: str) -> None:
    """The provider's word must be meant for us."""
    _, flow, query = await at_the_provider(provider)
    settings = SignInSettings(issuer=provider, client_id="somebody-else", client_secret_env=SECRET)

    with pytest.raises(SignInFailedError):
        await SignIn(settings, SystemClock()).finish(CALLBACK, flow, query)


async def test_a_provider_that_is_gone_is_named() -> None:
    """And that calls itself something else is not believed."""
    settings = SignInSettings(issuer="http://127.0.0.1:9", client_id="headwater", client_secret_env=SECRET)

    with pytest.raises(SignInFailedError, match=r"does not answer at http://127.0.0.1:9"):
        await SignIn(settings, SystemClock()).begin(CALLBACK, "")


def test_what_is_remembered_can_not_be_made_up() -> None:
    """The cookie is good with the deployment's key and for ten minutes."""
    flow = Flow(state="s", nonce="n", verifier="v", next="/")
    cookie = seal(flow, "k" * 32, now=0)

    assert flow == unseal(cookie, "k" * 32, now=1)
    for changed, key, now in (
        (cookie[:-2] + "xx", "k" * 32, 1),
        (cookie, "j" * 32, 1),
        (cookie, "k" * 32, 601_000_000),
    ):
        with pytest.raises(SignInFailedError):
            unseal(changed, key, now=now)


def test_rules_give_the_widest_role_that_fits() -> None:
    """By a claim that is a text or a list, or by a verified address."""
    rules = (
        RoleRule(role=Role.VIEWER, email=("*@example.com",)),
        RoleRule(role=Role.OPERATOR, claim="team", values=("data", "ops")),
    )
    settings = SignInSettings(issuer="https://i", client_id="c", roles=rules)
    verified = {"email": "Ann@Example.com", "email_verified": True}

    assert [Role.VIEWER, Role.OPERATOR, Role.OPERATOR, None, None] == [
        settings.role_of(verified),
        settings.role_of({**verified, "team": "data"}),
        settings.role_of({"team": ["x", "ops"]}),
        settings.role_of({"email": "ann@example.com"}),
        settings.role_of({"email": "ann@example.com.evil.org", "email_verified": True}),
    ]
    assert Role.VIEWER is msgspec.structs.replace(settings, default_role=Role.VIEWER).role_of({})
