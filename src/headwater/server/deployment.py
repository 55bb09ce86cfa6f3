"""Deployments: each with its own store, code and tokens, in a folder of its own below the server's home."""

from __future__ import annotations

import asyncio
import os
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from headwater.clock import Clock, SystemClock, to_datetime
from headwater.errors import SettingsError
from headwater.execution.logs.places import read_run_logs
from headwater.graph.asset_graph import AssetGraph
from headwater.server.access.audit_trail import AuditTrail
from headwater.server.access.book import AccessBook
from headwater.server.access.sign_in_settings import read_sign_in_settings
from headwater.server.kept.catalog import KeptCatalog
from headwater.server.kept.columns import KnownColumns
from headwater.server.kept.setting import KeptSetting
from headwater.server.live import LiveFeed
from headwater.server.store_settings import has_store, read_store_settings
from headwater.storage.access import people
from headwater.storage.catalog.graph_reader import GraphReader
from headwater.storage.log.writer import Unit
from headwater.storage.reports.rules import read_rules
from headwater.storage.reports.webhooks import read_webhooks
from headwater.storage.store import Store

if TYPE_CHECKING:
    from headwater.server.access.oidc import SignIn

DEFAULT = "default"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_RESERVED = frozenset(
    {
        "api",
        "assets",
        "health",
        "login",
        "runs",
        "lineage",
        "sensors",
        "settings",
        "catalog",
        "events",
        "hooks",
        "docs",
        "mcp",
        "metrics",
    }
)
_REFRESH_SECONDS = 0.25


class Deployment:
    """One deployment as the server sees it: its store, the graph of its assets, its live feed."""

    def __init__(self, name: str, home: Path, store: Store) -> None:
        self.name = name
        self.home = home
        self.store = store
        self.run_logs = read_run_logs(home, os.environ)
        self.live = LiveFeed(store)
        self.access = AccessBook(store, home)
        self.audit = AuditTrail(store)
        self.columns = KnownColumns(store)
        self.catalog = KeptCatalog(store)
        self.report_rules = KeptSetting(store, read_rules)
        self.webhooks = KeptSetting(store, read_webhooks)
        self.named_targets: Sequence[str] | None = None
        """The code that this process was told to serve; another one that shares the store may serve other code."""
        self.waits_for: Callable[[], Sequence[str]] = tuple
        """Why it is not ready yet: what an engine in this process has still to load, in sentences."""
        self.sign_in_settings = read_sign_in_settings(home)
        self._sign_in: SignIn | None = None
        self._sign_in_key: str | None = None
        self._reader = GraphReader()
        self._graph_head = -1
        self._lock = threading.Lock()

    @property
    def clock(self) -> Clock:
        """What tells the time of receipt."""
        return self.store.clock

    @property
    def known_graph(self) -> AssetGraph:
        """The graph as last read; at most a moment old."""
        return self._reader.graph

    def graph(self) -> AssetGraph:
        """The graph as it is now; reads the store, so not for an event loop."""
        with self._lock:
            head = self.store.tail.head
            if head != self._graph_head:
                self.store.read(self._reader.read)
                self._graph_head = head
            return self._reader.graph

    def forget_graph(self) -> None:
        """Read the graph again when it is next asked for: edges were learnt, of which no event tells."""
        self._graph_head = -1

    def sign_in(self) -> SignIn | None:
        """The provider by which people sign in, None where there is none.

        Raises:
            SettingsError: the packages for that are not installed.
        """
        if self._sign_in is None and self.sign_in_settings is not None:
            try:
                # Only a deployment with a provider needs its driver.
                from headwater.server.access.oidc import SignIn
            except ImportError as error:
                raise SettingsError("To sign in by a provider, install headwater[oidc].") from error
            self._sign_in = SignIn(self.sign_in_settings, self.clock)
        return self._sign_in

    def sign_in_key(self) -> str:
        """What seals the cookies of those who are at the provider; the same for all server processes."""
        if self._sign_in_key is None:
            self._sign_in_key = self.store.write(Unit(effect=lambda c, _events: people.sign_in_key(c)))
        return self._sign_in_key

    async def follow(self) -> None:
        """Keep the graph and the live feed up to date until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._follow_graph())
            group.create_task(self.store.tail.watch())
            group.create_task(self.live.run())
            group.create_task(self.access.keep_uses())
            group.create_task(self.audit.keep_up())

    async def _follow_graph(self) -> None:
        await asyncio.to_thread(self.graph)
        with self.store.tail.subscribe(self._graph_head) as subscription:
            while True:
                subscription.position = await subscription.wait()
                await asyncio.to_thread(self.graph)
                await self.clock.sleep(_REFRESH_SECONDS)


class Deployments:
    """The deployments of one server: the default one in its home, others in `deployments/` below it."""

    def __init__(self, home: Path, *, clock: Clock | None = None) -> None:
        self.home = home
        self._clock = clock
        self._open: dict[str, Deployment] = {}
        self._lock = threading.Lock()

    def default(self) -> Deployment:
        """The deployment at the root."""
        deployment = self.find(DEFAULT)
        if deployment is None:
            raise SettingsError(f"The folder {self.home} can't be used as a home.")
        return deployment

    def find_opened(self, name: str) -> Deployment | None:
        """A deployment by name, if it is open already."""
        return self._open.get(name)

    def exists(self, name: str) -> bool:
        """Whether there is a deployment of that name."""
        return is_possible_name(name) and self.folder(name).is_dir()

    def find(self, name: str) -> Deployment | None:
        """A deployment by name, opened when first asked for; None where there is none."""
        with self._lock:
            if name not in self._open:
                folder = self.folder(name)
                if name != DEFAULT and not folder.is_dir():
                    return None
                self._open[name] = open_deployment(name, folder, self._clock)
            return self._open[name]

    def folder(self, name: str) -> Path:
        """Where a deployment is kept."""
        return self.home if name == DEFAULT else self.home / "deployments" / name

    def has_store(self, name: str) -> bool:
        """Whether a deployment has a store already."""
        return has_store(self.folder(name), store_environment(name))

    def let_go(self, name: str) -> None:
        """Close a deployment that another process has removed."""
        with self._lock:
            opened = self._open.pop(name, None)
        if opened is not None:
            opened.live.stop()
            opened.store.close()

    def names(self) -> list[str]:
        """Every deployment, the default one first."""
        below = self.home / "deployments"
        others = sorted(path.name for path in below.iterdir() if path.is_dir()) if below.is_dir() else []
        return [DEFAULT, *others]

    def create(self, name: str) -> Deployment:
        """A new deployment.

        Raises:
            SettingsError: the name is taken, reserved, or can't stand in a URL.
        """
        if not is_possible_name(name):
            raise SettingsError(
                f"{name!r} can't be a deployment's name: use lower-case letters, digits, '-' and '_', "
                "and none of the app's own paths."
            )
        if name in self.names():
            raise SettingsError(f"The deployment {name!r} exists already.")
        self.folder(name).mkdir(parents=True)
        deployment = self.find(name)
        if deployment is None:
            raise SettingsError(f"The deployment {name!r} could not be made in {self.folder(name)}.")
        return deployment

    def remove(self, name: str) -> Path:
        """Serve a deployment no more. Its folder is put aside, not deleted.

        Returns:
            Where it is now.

        Raises:
            SettingsError: there is no such deployment, or it is the default one.
        """
        if name == DEFAULT or not self.exists(name):
            raise SettingsError(f"There is no deployment {name!r} to remove. `headwater deployment list` shows all.")
        with self._lock:
            opened = self._open.pop(name, None)
            moment = to_datetime(SystemClock().now()).strftime("%Y%m%dT%H%M%S%f")
            aside = self.home / "removed" / f"{name}-{moment}"
            aside.parent.mkdir(exist_ok=True)
            self.folder(name).rename(aside)
        if opened is not None:
            opened.live.stop()
            opened.store.close()
        return aside

    def opened(self) -> list[Deployment]:
        """Those that are open."""
        with self._lock:
            return list(self._open.values())

    def close(self) -> None:
        """Let go of every store."""
        for deployment in self.opened():
            deployment.store.close()
        self._open.clear()


def is_possible_name(segment: str) -> bool:
    """Whether a part of a URL may be a deployment's name."""
    return _NAME.fullmatch(segment) is not None and segment not in _RESERVED and not segment.startswith("report_asset")


def open_deployment(name: str, folder: Path, clock: Clock | None) -> Deployment:
    """Open the store in a folder, which is made if need be.

    Raises:
        SettingsError: the folder can't be written.
        StoreError: the store can't be opened.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"The folder {folder} can't be made: {error.strerror}. Set HEADWATER_HOME.") from error
    settings = read_store_settings(folder, store_environment(name))
    return Deployment(name, folder, Store(settings.url, clock=clock, synchronous=settings.synchronous))


def store_environment(name: str) -> Mapping[str, str]:
    """The environment as far as it is about a deployment's store: it speaks of the default one alone."""
    return os.environ if name == DEFAULT else {}
