"""What each path needs: one table, read from the top; whoever adds a path of another sort adds a line."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache

from headwater.records.access.tokens import Scope


class Access(StrEnum):
    """What a path needs where it is no scope."""

    OPEN = "open"
    """Nothing: it says nothing of the deployment's data, or looks by itself who comes."""
    KNOWN = "known"
    """Any valid token or person."""


Need = Access | Scope
_READING = frozenset({"GET", "HEAD", "OPTIONS"})

# Path, or its beginning where it ends with a slash; what reading it needs, and what anything else needs.
_RULES: tuple[tuple[str, Need, Need], ...] = (
    ("/health/", Access.OPEN, Access.OPEN),
    ("/health", Access.OPEN, Access.OPEN),
    ("/report_asset_materialization/", Access.OPEN, Scope.REPORT),
    ("/report_asset_materialization", Access.OPEN, Scope.REPORT),
    ("/report_asset_observation/", Access.OPEN, Scope.REPORT),
    ("/report_asset_observation", Access.OPEN, Scope.REPORT),
    ("/report_asset_check/", Access.OPEN, Scope.REPORT),
    ("/report_asset_check", Access.OPEN, Scope.REPORT),
    ("/api/report", Scope.REPORT, Scope.REPORT),
    ("/api/v1/lineage", Scope.REPORT, Scope.REPORT),
    ("/api/v1/lineage/", Scope.REPORT, Scope.REPORT),
    ("/api/deployment", Access.OPEN, Access.OPEN),
    ("/api/session", Access.OPEN, Access.OPEN),
    ("/api/session/", Access.OPEN, Access.OPEN),
    ("/api/docs", Access.OPEN, Access.OPEN),
    ("/api/docs/", Access.OPEN, Access.OPEN),
    ("/api/problems", Access.OPEN, Access.OPEN),
    ("/api/problems/", Access.OPEN, Access.OPEN),
    ("/api/me", Access.KNOWN, Access.KNOWN),
    ("/api/tokens", Scope.ADMIN, Scope.ADMIN),
    ("/api/tokens/", Scope.ADMIN, Scope.ADMIN),
    ("/api/people", Scope.ADMIN, Scope.ADMIN),
    ("/api/people/", Scope.ADMIN, Scope.ADMIN),
    ("/api/audit", Scope.ADMIN, Scope.ADMIN),
    ("/api/audit/", Scope.ADMIN, Scope.ADMIN),
    ("/api/deployments", Scope.READ, Scope.ADMIN),
    ("/api/deployments/", Scope.READ, Scope.ADMIN),
    ("/api/report-rules", Scope.READ, Scope.ADMIN),
    ("/api/alert-rules", Scope.ADMIN, Scope.ADMIN),
    ("/api/alert-rules/", Scope.ADMIN, Scope.ADMIN),
    ("/api/alert-deliveries", Scope.ADMIN, Scope.ADMIN),
    ("/api/retention", Scope.READ, Scope.ADMIN),
    ("/api/webhooks", Scope.ADMIN, Scope.ADMIN),
    ("/api/webhooks/", Scope.ADMIN, Scope.ADMIN),
    # Looks by itself at the signature, or where the rule has none, for a token that may report.
    ("/hooks/", Access.OPEN, Access.OPEN),
    ("/api/", Scope.READ, Scope.OPERATE),
    ("/api", Scope.READ, Scope.OPERATE),
    ("/mcp", Scope.READ, Scope.READ),
    ("/mcp/", Scope.READ, Scope.READ),
    ("/metrics", Scope.READ, Scope.READ),
    ("/server_info", Scope.READ, Scope.READ),
)
_ENTERED = ("/api/tokens", "/api/people", "/api/deployments", "/api/report-rules", "/api/held-reports")
_EXACT = {path: (reading, other) for path, reading, other in _RULES if not path.endswith("/")}
_BELOW = [(path, (reading, other)) for path, reading, other in _RULES if path.endswith("/")]


@lru_cache(maxsize=4_096)
def needed(method: str, path: str) -> Need:
    """What a request needs; `path` is that below the deployment. What no rule names is a page of the web app."""
    rule = _EXACT.get(path)
    if rule is None:
        rule = next((found for beginning, found in _BELOW if path.startswith(beginning)), None)
    if rule is None:
        return Access.OPEN
    return rule[0] if method in _READING else rule[1]


def is_secret(path: str) -> bool:
    """Whether no browser may keep what a path answers."""
    return needed("GET", path) in (Access.KNOWN, Scope.ADMIN)


def changes_something(method: str, path: str) -> bool:
    """Whether the audit log must enter a request as a change.

    Reports are events, which say by themselves who sent them; the paths of `_ENTERED` enter more than the path says.
    """
    if method in _READING or path.startswith(_ENTERED):
        return False
    return needed(method, path) in (Scope.OPERATE, Scope.ADMIN)
