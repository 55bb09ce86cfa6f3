"""What every answer of the query API has in common: tags, compression, problems, a description."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from servers import DevServer, dev_server

from headwater import errors
from headwater.server.problems import kinds, slug_of

PROJECT = Path(__file__).parents[1] / "projects" / "lineage.py"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevServer]:
    """A server with a small lineage."""
    with dev_server(tmp_path_factory.mktemp("home"), str(PROJECT)) as server:
        server.wait_for(lambda: server.get("/api/assets").json["items"])
        yield server


def test_an_unchanged_answer_is_not_sent_again(server: DevServer) -> None:
    """With the tag of an earlier answer the same one is a 304 without a body; a change makes another tag."""
    first = server.get("/api/assets")
    again = server.get("/api/assets", {"If-None-Match": first.headers["etag"]})
    server.post("/report_asset_materialization/somebody/elses")
    changed = server.get("/api/assets", {"If-None-Match": first.headers["etag"]})

    assert (304, b"", first.headers["etag"]) == (again.status, again.body, again.headers["etag"])
    assert (200, True) == (changed.status, changed.headers["etag"] != first.headers["etag"])
    assert "private, no-cache" == first.headers["cache-control"]


def test_long_answers_are_compressed(server: DevServer) -> None:
    """Who takes gzip gets it, with the same tag as everybody."""
    plain = server.get("/api/docs/openapi.json")
    packed = server.get("/api/docs/openapi.json", {"Accept-Encoding": "gzip"})

    assert "gzip" == packed.headers["content-encoding"]
    assert plain.body == gzip.decompress(packed.body)
    assert len(packed.body) < len(plain.body) / 4
    assert plain.headers["etag"] == packed.headers["etag"]


@pytest.mark.parametrize(
    ("path", "status", "type_"),
    [
        ("/api/assets/detail?key=no/such", 404, "/api/problems/unknown-asset"),
        ("/api/runs/no-such-run", 404, "/api/problems/unknown-run"),
        ("/api/assets?selection=(", 400, "/api/problems/selection-syntax"),
        ("/api/events?limit=0", 400, "/api/problems/invalid-request"),
        ("/api/events?cursor=nonsense", 400, "/api/problems/invalid-cursor"),
        ("/api/no-such-route", 404, "about:blank"),
    ],
)
def test_problems(server: DevServer, path: str, status: int, type_: str) -> None:
    """An error is a problem of a type that can be looked up."""
    answer = server.get(path)

    assert (status, "application/problem+json") == (answer.status, answer.headers["content-type"])
    assert (status, type_) == (answer.json["status"], answer.json["type"])
    assert answer.json["detail"] == answer.json["error"] != ""
    if type_ != "about:blank":
        assert answer.json["title"] == server.get(type_).json["title"]


def test_every_error_is_a_type_of_problem(server: DevServer) -> None:
    """Each error that Headwater raises has a name and a meaning under /api/problems."""
    ours = {
        kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.HeadwaterError)
    }
    listed = {item["type"].rsplit("/", 1)[1]: item["meaning"] for item in server.get("/api/problems").json["items"]}

    assert {slug_of(kind) for kind in ours} | {"invalid-request"} == listed.keys() == kinds().keys()
    assert all(listed.values())


def test_the_description_names_problems(server: DevServer) -> None:
    """In the description every operation has its good answer, and problems for all others."""
    described = server.get("/api/docs/openapi.json").json
    operations = [operation for item in described["paths"].values() for operation in item.values()]

    assert "3.1" == described["openapi"][:3]
    assert all({"4XX", "503"} < operation["responses"].keys() for operation in operations)
    assert "detail" in described["components"]["schemas"]["Problem"]["properties"]


def test_search(server: DevServer) -> None:
    """A column that the latest materialization told of is found, and one that it no longer has is not."""
    for number, name in enumerate(("first_column", "second_column")):
        schema = {"_producer": "p", "_schemaURL": "s", "fields": [{"name": name, "type": "int"}]}
        told = {
            "eventType": "COMPLETE",
            "eventTime": f"2026-01-0{number + 1}T00:00:00Z",
            "producer": "p",
            "schemaURL": "s",
            "run": {"runId": f"0190a5a5-0000-7000-8000-00000000000{number}"},
            "job": {"namespace": "n", "name": "j"},
            "outputs": [{"namespace": "search", "name": "me", "facets": {"schema": schema}}],
        }
        assert 201 == server.post("/api/v1/lineage", told).status
    found = server.get("/api/search?q=search+second_col").json
    gone = server.get("/api/search?q=first_column").json
    by_owner = server.get("/api/search?q=CFO").json["items"]

    assert [("asset", "search/me")] == [(each["kind"], each["name"]) for each in found["items"]]
    assert (1, 0) == (found["total"], gone["total"])
    assert [] == [each for each in by_owner if each["found_in"] != "owner"]
    assert 400 == server.get("/api/search").status
