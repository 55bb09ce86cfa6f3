"""Every route, asked by everybody: exactly those pass who may."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from servers import LIMIT, DevServer, dev_server

from headwater.records.access.audit import Note
from headwater.records.access.tokens import Role, Scope
from headwater.server.access.permissions import _RULES
from headwater.server.api import build_api
from headwater.server.deployment import Deployment, Deployments
from headwater.storage.access import people
from headwater.storage.access import tokens as access

PROJECT = Path(__file__).parents[1] / "projects" / "hostile.py"

OPEN, KNOWN, REPORT, READ, OPERATE, ADMIN = "open", "known", "report", "read", "operate", "admin"
NEEDS = {
    "GET /health": OPEN,
    "GET /health/live": OPEN,
    "GET /health/ready": OPEN,
    "GET /": OPEN,
    "GET /assets": OPEN,
    "GET /server_info": READ,
    "GET /metrics": READ,
    "POST /report_asset_materialization/": REPORT,
    "POST /report_asset_materialization": REPORT,
    "POST /report_asset_observation/": REPORT,
    "POST /report_asset_observation": REPORT,
    "POST /report_asset_check/": REPORT,
    "POST /report_asset_check": REPORT,
    "POST /api/report": REPORT,
    "POST /api/v1/lineage": REPORT,
    "POST /api/v1/lineage/batch": REPORT,
    "GET /api/deployment": OPEN,
    "GET /api/session": OPEN,
    "GET /api/problems": OPEN,
    "GET /api/problems/{name:str}": OPEN,
    "GET /api/docs": OPEN,
    "GET /api/docs/openapi.json": OPEN,
    "GET /api/docs/{path:str}": OPEN,
    "GET /api/assets/automation": READ,
    "GET /api/runs/{run_id:str}/why": READ,
    "POST /api/backfills/plan": OPERATE,
    "POST /api/backfills": OPERATE,
    "GET /api/backfills": READ,
    "GET /api/backfills/{backfill_id:str}": READ,
    "GET /api/backfills/{backfill_id:str}/runs": READ,
    "POST /api/backfills/{backfill_id:str}/pause": OPERATE,
    "POST /api/backfills/{backfill_id:str}/resume": OPERATE,
    "POST /api/backfills/{backfill_id:str}/cancel": OPERATE,
    "POST /api/backfills/{backfill_id:str}/retry": OPERATE,
    "GET /api/session/start": OPEN,
    "GET /api/session/callback": OPEN,
    "GET /api/deployments": READ,
    "POST /api/deployments": ADMIN,
    "GET /api/held-reports": READ,
    "POST /api/held-reports/{held_id:int}": OPERATE,
    "GET /api/report-rules": READ,
    "PUT /api/report-rules": ADMIN,
    "GET /api/me": KNOWN,
    "GET /api/tokens": ADMIN,
    "POST /api/tokens": ADMIN,
    "DELETE /api/tokens/{token_id:str}": ADMIN,
    "GET /api/people": ADMIN,
    "PATCH /api/people/{person_id:str}": ADMIN,
    "DELETE /api/people/{person_id:str}/sessions": ADMIN,
    "GET /api/audit": ADMIN,
    "GET /api/audit/verdict": ADMIN,
    "GET /api/search": READ,
    "GET /api/alerts": READ,
    "GET /api/alert-rules": ADMIN,
    "PUT /api/alert-rules/{name:str}": ADMIN,
    "DELETE /api/alert-rules/{name:str}": ADMIN,
    "POST /api/alert-rules/{name:str}/test": ADMIN,
    "GET /api/alert-deliveries": ADMIN,
    "GET /api/webhooks": ADMIN,
    "PUT /api/webhooks/{name:str}": ADMIN,
    "DELETE /api/webhooks/{name:str}": ADMIN,
    "POST /api/webhooks/{name:str}/try": ADMIN,
    "GET /api/live": READ,
    "GET /api/assets": READ,
    "GET /api/assets/detail": READ,
    "GET /api/assets/events": READ,
    "GET /api/assets/definition-history": READ,
    "GET /api/assets/series": READ,
    "GET /api/assets/activity": READ,
    "GET /api/assets/sparks": READ,
    "GET /api/assets/arrivals": READ,
    "GET /api/assets/partitions": READ,
    "GET /api/assets/partitions/keys": READ,
    "GET /api/assets/partitions/ranges": READ,
    "GET /api/events": READ,
    "GET /api/events/{seq:int}": READ,
    "GET /api/events/{seq:int}/upstream": READ,
    "GET /api/events/{seq:int}/downstream": READ,
    "GET /api/graph/moments": READ,
    "GET /api/graph": READ,
    "GET /api/graph/neighbourhood": READ,
    "GET /api/graph/paths": READ,
    "GET /api/graph/impact": READ,
    "GET /api/graph/columns": READ,
    "GET /api/graph/groups": READ,
    "GET /api/graph/diff": READ,
    "GET /api/graph/tables": READ,
    "GET /api/graph/origins": READ,
    "GET /api/selection/complete": READ,
    "GET /api/dynamic_partitions/{name:str}": READ,
    "POST /api/dynamic_partitions/{name:str}": OPERATE,
    "GET /api/locations": READ,
    "POST /api/locations/{name:str}/reload": OPERATE,
    "GET /api/engines": READ,
    "GET /api/limits": READ,
    "PUT /api/limits": OPERATE,
    "DELETE /api/limits": OPERATE,
    "GET /api/retention": READ,
    "PUT /api/retention": ADMIN,
    "DELETE /api/retention": ADMIN,
    "GET /api/storage": READ,
    "GET /api/jobs": READ,
    "GET /api/jobs/{name:str}": READ,
    "GET /api/jobs/{name:str}/automation": READ,
    "POST /api/jobs/{name:str}/runs": OPERATE,
    "POST /api/corrections/withdraw": OPERATE,
    "POST /api/corrections/wipe": OPERATE,
    "POST /api/corrections/rename": OPERATE,
    "GET /api/runs": READ,
    "POST /api/runs": OPERATE,
    "GET /api/runs/{run_id:str}": READ,
    "GET /api/runs/{run_id:str}/events": READ,
    "GET /api/runs/{run_id:str}/log": READ,
    "POST /api/runs/{run_id:str}/cancel": OPERATE,
    "POST /api/runs/{run_id:str}/retry": OPERATE,
    "GET /api/sensors": READ,
    "GET /api/sensors/{name:str}": READ,
    "GET /api/sensors/{name:str}/ticks": READ,
    "POST /api/sensors/{name:str}/start": OPERATE,
    "POST /api/sensors/{name:str}/stop": OPERATE,
    "POST /api/sensors/{name:str}/tick": OPERATE,
    "POST /api/sensors/{name:str}/reset": OPERATE,
    "POST /api/sensors/{name:str}/cursor": OPERATE,
    "POST /api/sensors/{name:str}/dry-run": OPERATE,
    "GET /api/sensors/{name:str}/state": READ,
    "DELETE /api/sensors/{name:str}/state": OPERATE,
    "GET /api/schedules": READ,
    "GET /api/schedules/{name:str}": READ,
    "GET /api/schedules/{name:str}/ticks": READ,
    "POST /api/schedules/{name:str}/start": OPERATE,
    "POST /api/schedules/{name:str}/stop": OPERATE,
    "POST /api/schedules/{name:str}/reset": OPERATE,
    "POST /api/schedules/{name:str}/tick": OPERATE,
    "POST /api/schedules/{name:str}/dry-run": OPERATE,
    "GET /api/nothing/there": READ,
    "DELETE /api/nothing/there": OPERATE,
    # Other ways to write a path lead to the same check.
    "GET /api//tokens": ADMIN,
    "GET /api/tokens/": ADMIN,
    "GET /api/%74okens": ADMIN,
    "GET /api/assets/../tokens": READ,
}
"""What each route needs. A new route needs a line here, which is where one thinks about who may use it.

Signing in, which takes a token in its body, signing out, which ends the session, and removing a deployment, which only
the default one's admins may, are tested by themselves.
"""
NOT_HERE = {"POST /api/session", "DELETE /api/session", "DELETE /api/deployments/{name:str}"}

MAY: dict[str, set[str]] = {
    "no token": {OPEN},
    "a wrong token": {OPEN},
    "an expired token": {OPEN},
    "a revoked token": {OPEN},
    "a token of another deployment": {OPEN},
    "a session that was ended": {OPEN},
    "report": {OPEN, KNOWN, REPORT},
    "read": {OPEN, KNOWN, READ},
    "operate": {OPEN, KNOWN, READ, OPERATE},
    "admin": {OPEN, KNOWN, REPORT, READ, OPERATE, ADMIN},
    "a viewer": {OPEN, KNOWN, READ},
    "an operator": {OPEN, KNOWN, REPORT, READ, OPERATE},
    "an admin": {OPEN, KNOWN, REPORT, READ, OPERATE, ADMIN},
    "an admin who is shut out": {OPEN},
}

Secrets = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[DevServer, Secrets]]:
    """A server whose deployments `prod` and `other` demand tokens, and the headers of everybody who may ask `prod`."""
    home = tmp_path_factory.mktemp("home")
    deployments = Deployments(home)
    headers = _everybody(deployments.create("prod"), deployments.create("other"))
    deployments.close()
    with dev_server(home, str(PROJECT)) as server:
        yield server, headers


def _everybody(prod: Deployment, other: Deployment) -> Secrets:
    now = prod.clock.now()
    tokens = {str(scope): _token(prod, scope) for scope in Scope}
    tokens["a token of another deployment"] = _token(other, Scope.ADMIN)
    tokens["a wrong token"] = "hw_wrong"
    tokens["an expired token"] = _token(prod, Scope.ADMIN, name="old", now=1, expires_at=2)
    tokens["a revoked token"] = _token(prod, Scope.ADMIN, name="gone")
    gone = next(token for token in prod.store.read(access.list_tokens) if token.name == "gone")
    prod.access.change(lambda c: access.revoke_token(c, gone.token_id, now), lambda _done: NOTE)
    headers = {who: {"Authorization": f"Bearer {secret}"} for who, secret in tokens.items()}
    headers["no token"] = {}
    roles = {"a viewer": Role.VIEWER, "an operator": Role.OPERATOR, "an admin": Role.ADMIN}
    for who, role in {**roles, "an admin who is shut out": Role.ADMIN, "a session that was ended": Role.ADMIN}.items():
        headers[who] = {"Cookie": f"headwater_session={_session(prod, who, role)}", "Origin": "http://localhost"}
    return headers


NOTE = Note(actor="test", action="prepared")


def _token(
    deployment: Deployment,
    scope: Scope,
    *,
    name: str | None = None,
    now: int | None = None,
    expires_at: int | None = None,
) -> str:
    new = access.NewToken(name=name or str(scope), scopes=[scope], expires_at=expires_at)
    moment = deployment.clock.now() if now is None else now
    return deployment.access.change(lambda c: access.create_token(c, new, moment), lambda _made: NOTE)[1]


def _session(deployment: Deployment, who: str, role: Role) -> str:
    now = deployment.clock.now()
    secret = f"hs_{who}".replace(" ", "-")
    identity = people.Identity(issuer="https://login.example", subject=who, email=None, name=who, role=role)
    person = deployment.access.change(lambda c: people.remember(c, identity, now), lambda _person: NOTE)
    session = deployment.access.change(
        lambda c: people.open_session(
            c, access.hash_secret(secret), now, now + 10**10, person_id=person.person_id, token_id=None
        ),
        lambda _session: NOTE,
    )
    if who == "an admin who is shut out":
        # As the database has it if the session was opened in the same instant.
        deployment.access.change(
            lambda c: people.change_person(c, person.person_id, now, given_role=None, disabled=True), lambda _p: NOTE
        )
        deployment.access.change(
            lambda c: people.open_session(
                c, access.hash_secret(secret), now, now + 10**10, person_id=person.person_id, token_id=None
            ),
            lambda _session: NOTE,
        )
    if who == "a session that was ended":
        deployment.access.change(lambda c: people.end_sessions(c, session_id=session.session_id), lambda _n: NOTE)
    return secret


def test_each_route_has_its_line() -> None:
    """Whoever adds a route says here who may use it."""
    routes = {
        f"{method} {route.path}"
        for route in build_api().routes
        for method in getattr(route, "methods", ())
        if method != "OPTIONS" and not route.path.startswith("/api/schema")
    }
    doors = {path for path, _, _ in _RULES if not path.startswith(("/api", "/mcp")) and not path.endswith("/")}
    named = {line.split()[1] for line in NEEDS}

    assert set() == routes - NEEDS.keys() - NOT_HERE
    assert set() == doors - named


@pytest.mark.parametrize("who", MAY)
def test_exactly_those_pass_who_may(asked: tuple[DevServer, Secrets], who: str) -> None:
    """Whoever is not known gets a 401, whoever may not a 403, and at the drop-in doors a 401 in either case."""
    server, headers = asked

    answers = {line: _ask(server, line, headers[who]) for line in NEEDS}

    expected = {line: _expected(who, line, need) for line, need in NEEDS.items()}
    assert expected == {line: status if status in (401, 403) else "passes" for line, status in answers.items()}
    assert {} == {line: status for line, status in answers.items() if status >= 500}


def _expected(who: str, line: str, need: str) -> int | str:
    if need in MAY[who]:
        return "passes"
    return 401 if MAY[who] == {OPEN} or "/report_asset" in line else 403


def _ask(server: DevServer, line: str, headers: dict[str, str]) -> int:
    method, path = line.split()
    path = path.replace("{token_id:str}", "nobody").replace("{person_id:str}", "nobody")
    path = path.replace("{held_id:int}", "999999").replace("{name:str}", "nothing").replace("{run_id:str}", "nothing")
    connection = http.client.HTTPConnection(
        urlsplit(server.url).netloc.replace("127.0.0.1", "localhost"), timeout=LIMIT
    )
    try:
        body: Any = None if method in ("GET", "DELETE") else json.dumps({})
        fields = {**headers, "Host": "localhost"}
        if body is not None:
            fields["Content-Type"] = "application/json"
        connection.request(method, f"/prod{path}", body, fields)
        return connection.getresponse().status
    finally:
        connection.close()


def test_a_token_of_one_deployment_opens_nothing_of_another(asked: tuple[DevServer, Secrets]) -> None:
    """Neither by its path, nor by a path that goes around it; the default one demands none here."""
    server, headers = asked
    admin, other = headers["admin"], headers["a token of another deployment"]

    assert [200, 401] == [server.get(path, admin).status for path in ("/prod/api/tokens", "/other/api/tokens")]
    assert [401, 200] == [server.get(path, other).status for path in ("/prod/api/tokens", "/other/api/tokens")]


def test_a_signed_in_browser_must_say_from_which_page_it_changes_something(asked: tuple[DevServer, Secrets]) -> None:
    """A cookie alone is what any page can make a browser send."""
    server, headers = asked
    cookie = {"Cookie": headers["an admin"]["Cookie"]}
    foreign = {**cookie, "Origin": "https://evil.example"}

    assert [200, 403, 403] == [
        server.get("/prod/api/tokens", cookie).status,
        server.post("/prod/api/sensors/x/start", {}, cookie).status,
        server.post("/prod/api/sensors/x/start", {}, foreign).status,
    ]
    assert 404 == server.post("/prod/api/sensors/x/start", {}, {**cookie, "Sec-Fetch-Site": "same-origin"}).status


def test_signing_out_ends_the_session_wherever_its_cookie_is_kept(asked: tuple[DevServer, Secrets]) -> None:
    """A copy of the cookie lets nobody in any more; to sign out twice, or without a session, is no error."""
    server, headers = asked
    token = headers["read"]["Authorization"].removeprefix("Bearer ")
    signed_in = server.post("/prod/api/session", {"token": token})
    origin = server.url
    copy = {"Cookie": signed_in.headers["set-cookie"].partition(";")[0], "Origin": origin}

    before = server.get("/prod/api/assets", copy).status
    out = [server.request("DELETE", "/prod/api/session", None, fields).status for fields in (copy, copy, {})]

    assert (204, 200, [204, 204, 204], 401) == (
        signed_in.status,
        before,
        out,
        server.get("/prod/api/assets", copy).status,
    )
    assert token not in signed_in.headers["set-cookie"]


def test_no_path_leads_around_the_check(asked: tuple[DevServer, Secrets]) -> None:
    """A deployment's name further on in the path is a part of it like any other."""
    server, headers = asked

    answers = [server.get(f"/prod/api/{before}prod/api/tokens", headers["read"]).status for before in ("", "x/")]

    assert [404, 404] == answers
    assert 404 == server.post("/prod/api/sensors/prod/start", {}, headers["operate"]).status
    assert 403 == server.get("/prod/api/tokens", headers["read"]).status
