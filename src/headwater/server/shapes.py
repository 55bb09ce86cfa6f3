"""The API's wire shapes, from which OpenAPI and the web app's types are generated.

Keys are in the escaped text form of `AssetKey`; times are seconds since the epoch, UTC; `seq` is an event's place in
the log. Answers have every field, so that a client need not tell "absent" from "null".
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from headwater.server.condition_shapes import FreshnessView

AssetKind = Literal["external", "native", "stub", "undefined"]
"""`stub`: others depend on it, nobody defined it. `undefined`: events came for it, nobody defined it."""

AssetStatus = Literal["fresh", "stale", "failed", "running", "missing", "reported", "unreported"]
"""Native: fresh, stale (an input is newer), failed, running, missing. All others: reported or unreported."""

RunStatusName = Literal["queued", "started", "success", "failure", "canceled"]
TickStatusName = Literal["success", "skipped", "failure"]


class MetadataValue(msgspec.Struct, kw_only=True):
    """One metadata value: its kind (`int`, `url`, `md`, `table`, …) and plain JSON."""

    type: str
    value: Any


class ErrorView(msgspec.Struct, kw_only=True):
    """Why something failed."""

    message: str
    type: str | None
    traceback: str | None


class ReporterView(msgspec.Struct, kw_only=True):
    """Who told the log: `via` is `rest`, `sensor`, `run`, `openlineage`, `app` or `cli`; `name` says which one."""

    via: str
    name: str | None


class EventRef(msgspec.Struct, kw_only=True):
    """The head of an event: enough to say when and by what an asset was last touched."""

    seq: int
    timestamp: float
    partition: str | None
    run_id: str | None


class CheckCounts(msgspec.Struct, kw_only=True):
    """How the latest evaluations of an asset's checks stand."""

    passed: int
    warned: int
    failed: int
    missing: int


class AssetRow(msgspec.Struct, kw_only=True):
    """One asset as the catalog and the graph show it."""

    key: str
    kind: AssetKind
    status: AssetStatus
    group: str
    description: str | None
    owners: list[str]
    tags: dict[str, str]
    kinds: list[str]
    partitioned: bool
    automated: bool
    location: str | None
    latest_materialization: EventRef | None
    latest_observation: EventRef | None
    materializations: int
    checks: CheckCounts
    freshness: str | None
    """`PASS`, `WARN`, `FAIL` or `UNKNOWN` for an asset with a freshness policy."""


class AssetList(msgspec.Struct, kw_only=True):
    """The whole catalog, by key."""

    items: list[AssetRow]
    seq: int


class GraphNode(msgspec.Struct, kw_only=True):
    """One asset in the lineage graph; `level` is its column, 0 at the roots; a knot is a set of assets in a cycle."""

    asset: AssetRow
    level: int
    knot: int | None


class Graph(msgspec.Struct, kw_only=True):
    """The lineage of all assets; an edge is a pair of positions in `nodes`, upstream first."""

    nodes: list[GraphNode]
    edges: list[tuple[int, int]]
    hash: str


class Neighbour(msgspec.Struct, kw_only=True):
    """A direct upstream or downstream asset.

    `read_seq` is the version of the upper one that the latest version of the lower one has read.
    """

    asset: AssetRow
    read_seq: int | None
    changed_since: bool


class CheckView(msgspec.Struct, kw_only=True):
    """A check and its latest evaluation. A check that was only ever reported is not `defined`."""

    name: str
    description: str | None
    defined: bool
    executable: bool
    blocking: bool
    status: Literal["passed", "warned", "failed", "missing"]
    seq: int | None
    timestamp: float | None
    metadata: dict[str, MetadataValue]


class SourceView(msgspec.Struct, kw_only=True):
    """Where a definition stands in the user's code."""

    file: str
    line: int


class PartitionsView(msgspec.Struct, kw_only=True):
    """An asset's partitions in short; `name` is the one under which the keys of dynamic partitions are kept."""

    type: str
    name: str | None
    total: int
    materialized: int
    failed: int
    first: str | None
    last: str | None


class StaleReason(msgspec.Struct, kw_only=True):
    """What an asset was not made from yet: a newer input, or `via` stale inputs something that those are from."""

    upstream: str
    seq: int
    timestamp: float
    via: list[str]


class AssetDetail(msgspec.Struct, kw_only=True):
    """Everything about one asset but its history."""

    asset: AssetRow
    metadata: dict[str, MetadataValue]
    latest_metadata: dict[str, MetadataValue]
    upstream: list[Neighbour]
    downstream: list[Neighbour]
    checks: list[CheckView]
    partitions: PartitionsView | None
    condition: str | None
    stale: list[StaleReason]
    code_version: str | None
    source: SourceView | None
    sensors: list[str]
    """Sensors that reported the asset."""
    last_error: ErrorView | None
    """Why the latest attempt to make it failed; None once a later one succeeded."""
    freshness: FreshnessView | None
    """How it stands with its freshness policy; None where it has none."""
    report_path: str | None
    """Where to POST a report of this asset; None for native assets."""


class EventView(msgspec.Struct, kw_only=True):
    """One event of the log. `title` is a sentence for people."""

    seq: int
    kind: str
    asset_key: str | None
    partition: str | None
    run_id: str | None
    timestamp: float
    recorded_at: float
    data_version: str | None
    title: str
    description: str | None
    metadata: dict[str, MetadataValue]
    tags: dict[str, str]
    inputs: dict[str, int]
    flags: list[str]
    reporter: ReporterView | None
    check_name: str | None
    passed: bool | None
    severity: str | None
    step: str | None
    error: ErrorView | None


class EventPage(msgspec.Struct, kw_only=True):
    """Events, newest first (a run's: oldest first). `next` continues the listing, None at its end."""

    items: list[EventView]
    next: str | None


class SeriesPoint(msgspec.Struct, kw_only=True):
    """A number at a time; `seq` is 0 for the mean of a day whose events retention dropped."""

    seq: int
    timestamp: float
    value: float
    partition: str | None
    run_id: str | None
    data_version: str | None


class Series(msgspec.Struct, kw_only=True):
    """A numeric metadata entry over time, oldest first."""

    name: str
    points: list[SeriesPoint]


class SeriesList(msgspec.Struct, kw_only=True):
    """Every numeric metadata entry of an asset over time."""

    items: list[Series]


class DayCount(msgspec.Struct, kw_only=True):
    """How many events of a kind came on a day, which begins at `day` in UTC."""

    day: float
    kind: str
    count: int


class DayCountList(msgspec.Struct, kw_only=True):
    """Events by day and kind, oldest first."""

    items: list[DayCount]


class ArrivalView(msgspec.Struct, kw_only=True):
    """When an outside asset usually arrives, learnt from its history; `every` is in seconds."""

    key: str
    every: float
    last_at: float
    expected_at: float
    late: bool
    """Whether it is overdue by more than its own irregularity explains."""


class ArrivalList(msgspec.Struct, kw_only=True):
    """Outside assets that have a rhythm, those that are due first first."""

    items: list[ArrivalView]


class Spark(msgspec.Struct, kw_only=True):
    """The latest values of the number that tells best how large an asset is, oldest first."""

    key: str
    name: str
    values: list[float]


class SparkList(msgspec.Struct, kw_only=True):
    """Sparks of the assets that have numbers."""

    items: list[Spark]


class PartitionState(msgspec.Struct, kw_only=True):
    """One partition. `unknown` keys were reported and are none of the definition's."""

    key: str
    status: Literal["materialized", "failed", "running", "missing", "unknown"]
    seq: int | None
    timestamp: float | None


class PartitionList(msgspec.Struct, kw_only=True):
    """An asset's partitions, oldest first."""

    items: list[PartitionState]


class PartitionRange(msgspec.Struct, kw_only=True):
    """Partitions in a row that stand alike: the first and the last key, the first's number, and how many they are."""

    status: Literal["materialized", "failed", "running", "missing"]
    first: str
    last: str
    start: int
    count: int


class PartitionRanges(msgspec.Struct, kw_only=True):
    """An asset's partitions as few ranges, in the order of the definition, and how many stand how."""

    total: int
    counts: dict[str, int]
    ranges: list[PartitionRange]


class DynamicKeysBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Keys to add to dynamic partitions and to delete from them; with `dry_run`, only say what would happen."""

    add: list[str] = []
    delete: list[str] = []
    dry_run: bool = False


class DynamicKeysView(msgspec.Struct, kw_only=True):
    """The keys of dynamic partitions, oldest first, the assets that have them, and what a change came to.

    `materialized` are the deleted keys of which some asset has data: it stays in the log, under an unknown key.
    """

    name: str
    keys: list[str]
    assets: list[str]
    added: list[str]
    deleted: list[str]
    materialized: list[str]


class RunCause(msgspec.Struct, kw_only=True):
    """Why a run was requested: `kind` is `automation`, `sensor`, `app`, `cli` or `api`."""

    kind: str
    name: str | None
    reason: str | None
    events: list[int]


class RunPartitions(msgspec.Struct, kw_only=True):
    """The partitions that a run makes in one go; others may lie between the first and the last."""

    first: str
    last: str
    count: int


class RunView(msgspec.Struct, kw_only=True):
    """A request to make some assets, and how it went."""

    run_id: str
    status: RunStatusName
    assets: list[str]
    partition: str | None
    partition_range: RunPartitions | None
    location: str
    cause: RunCause
    tags: dict[str, str]
    created_at: float
    started_at: float | None
    ended_at: float | None
    error: ErrorView | None
    attempt: int
    job_name: str | None = None
    run_config: dict[str, Any] = {}
    checks: list[CheckName] = []
    """Where the run makes nothing and carries out these checks of its assets."""
    joined: list[RunCause] = []
    """Why it was requested again while it waited."""
    queue_position: int | None = None
    """Its place among the runs that wait, from 1."""
    waiting_for: str | None = None


class RunPage(msgspec.Struct, kw_only=True):
    """Runs, newest first."""

    items: list[RunView]
    next: str | None


class StepProgress(msgspec.Struct, kw_only=True):
    """How far a step says that it is: `done` of `total`, in its own unit; `share` is from 0 to 1."""

    done: float
    total: float | None
    share: float | None
    text: str | None
    told_at: float


class StepView(msgspec.Struct, kw_only=True):
    """One step of a run; `expected_seconds` is how long one that is under way took lately."""

    name: str
    status: Literal["waiting", "started", "success", "failure", "skipped"]
    assets: list[str]
    checks: list[str]
    started_at: float | None
    ended_at: float | None
    error: ErrorView | None
    progress: StepProgress | None = None
    expected_seconds: float | None = None


class RunDetail(msgspec.Struct, kw_only=True):
    """A run with its steps; `partitions` are all that it makes in one go, where there are several."""

    run: RunView
    partitions: list[str]
    steps: list[StepView]


class LogLine(msgspec.Struct, kw_only=True):
    """One line of a run's log. `stream` is `log` (context.log), `stdout` or `stderr`."""

    timestamp: float | None
    step: str
    stream: Literal["log", "stdout", "stderr"]
    level: str
    text: str


class LogPage(msgspec.Struct, kw_only=True):
    """Lines of a run's log in order. Pass `next` as `after` to read on; `ended` says that no more will come."""

    items: list[LogLine]
    next: str
    ended: bool


class CheckName(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A check: the asset that it judges, and its name there."""

    asset: str
    name: str


class RunRequestBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Assets to make; with `partition`, that partition of each, or a range written as `first...last`.

    With `partitions`, each step makes all of them in one go. In place of assets, `checks` to carry out while nothing is
    made; their assets may be external.
    """

    assets: list[str] = []
    checks: list[CheckName] = []
    partition: str | None = None
    partitions: list[str] = []
    tags: dict[str, str] = {}
    run_config: dict[str, Any] = {}


class JobRunBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """How to run a job: the partitions to make, more tags, and config in place of the job's own.

    `partition` may be a range, `first...last`.
    """

    partition: str | None = None
    partitions: list[str] = []
    tags: dict[str, str] = {}
    run_config: dict[str, Any] | None = None


class JobView(msgspec.Struct, kw_only=True):
    """A selection of assets under a name."""

    name: str
    location: str
    description: str | None
    selection: str
    assets: list[str]
    tags: dict[str, str]
    owners: list[str]
    metadata: dict[str, MetadataValue]
    run_config: dict[str, Any]
    partitioned: bool


class JobPage(msgspec.Struct, kw_only=True):
    """The jobs of all code locations."""

    items: list[JobView]


class TickView(msgspec.Struct, kw_only=True):
    """One evaluation of a sensor or schedule, whose name is in `sensor`.

    `scheduled_at` is the time that a schedule's tick stands for; `consumed` are the events that an event-driven sensor
    was called for.
    """

    tick_id: int
    sensor: str
    status: TickStatusName
    started_at: float
    ended_at: float
    due_at: float | None
    scheduled_at: float | None
    skip_message: str | None
    error: ErrorView | None
    attempt: int
    cursor: str | None
    values_changed: int
    consumed: list[int]
    events: list[int]
    event_assets: list[str]
    run_ids: list[str]
    partitions: list[PartitionsChangeView]
    log: list[LogLine]


class PartitionsChangeView(msgspec.Struct, kw_only=True):
    """What a tick did to dynamic partitions."""

    name: str
    added: list[str]
    deleted: list[str]


class TickPage(msgspec.Struct, kw_only=True):
    """Ticks, newest first."""

    items: list[TickView]
    next: str | None


class SensorView(msgspec.Struct, kw_only=True):
    """A sensor as it stands.

    Its `kind` is `interval`, or says what events it is called for; `watches` are the assets that these are about.
    `values` is how many values it keeps beside its cursor, `failures` how many ticks in a row have failed.
    """

    name: str
    kind: str
    description: str | None
    location: str
    running: bool
    running_by_default: bool
    minimum_interval: float
    timeout: float
    cursor: str | None
    values: int
    failures: int
    last_tick: TickView | None
    next_tick_at: float | None
    targets: list[str] | None
    jobs: list[str]
    watches: list[str] | None
    reports: list[str]
    """Assets that its ticks reported so far."""
    tags: dict[str, str]
    owners: list[str]
    source: SourceView | None


class ScheduleView(msgspec.Struct, kw_only=True):
    """A schedule as it stands. `catch_up` is how many missed times are made up for, null for all."""

    name: str
    description: str | None
    location: str
    running: bool
    running_by_default: bool
    cron_schedule: list[str]
    execution_timezone: str
    catch_up: int | None
    timeout: float
    failures: int
    last_tick: TickView | None
    next_tick_at: float | None
    next_times: list[float]
    targets: list[str] | None
    jobs: list[str]
    tags: dict[str, str]
    owners: list[str]
    source: SourceView | None


class ScheduleList(msgspec.Struct, kw_only=True):
    """All schedules, by name."""

    items: list[ScheduleView]


class SensorStateItem(msgspec.Struct, kw_only=True):
    """One value that a sensor keeps."""

    key: str
    value: Any


class SensorStatePage(msgspec.Struct, kw_only=True):
    """What a sensor keeps, by key."""

    items: list[SensorStateItem]
    next: str | None


class CursorBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A cursor to go on from; null forgets it. `to_end` skips all events that are there."""

    cursor: str | None = None
    to_end: bool = False


class DryRunBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What a dry run begins from, where it is not how things stand: a sensor's cursor, a schedule's time."""

    cursor: str | msgspec.UnsetType | None = msgspec.UNSET
    scheduled_at: float | None = None


class DryEvent(msgspec.Struct, kw_only=True):
    """An event that a tick would record."""

    kind: str
    asset_key: str
    partition: str | None
    data_version: str | None
    flags: list[str]


class DryRunRun(msgspec.Struct, kw_only=True):
    """A run that a tick would request."""

    run_key: str | None
    assets: list[str]
    location: str
    partitions: list[str]
    job_name: str | None
    tags: dict[str, str]
    run_config: dict[str, Any]


class DryRunView(msgspec.Struct, kw_only=True):
    """What a tick would come to; nothing of it was kept."""

    tick: TickView
    events: list[DryEvent]
    runs: list[DryRunRun]
    values: dict[str, Any]
    values_deleted: list[str]


class SensorList(msgspec.Struct, kw_only=True):
    """All sensors, by name."""

    items: list[SensorView]


class LocationView(msgspec.Struct, kw_only=True):
    """A code location: a file or module with definitions, loaded in a process of its own."""

    name: str
    status: Literal["loading", "loaded", "failed"]
    error: ErrorView | None
    loaded_at: float | None
    snapshot: str | None
    warnings: list[str]
    assets: int = 0
    sensors: int = 0
    jobs: int = 0


class LocationList(msgspec.Struct, kw_only=True):
    """Every code location, by name."""

    items: list[LocationView]


LimitKind = Literal["tag", "asset", "pool", "job", "location", "all"]


class LimitView(msgspec.Struct, kw_only=True):
    """At most so many runs of a kind at once; `used` counts those that go on, by name where it holds for each."""

    kind: LimitKind
    name: str
    most: int
    used: dict[str, int]


class LimitList(msgspec.Struct, kw_only=True):
    """Every limit, by kind and name."""

    items: list[LimitView]


class LimitBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A limit to set: `name` is an asset, pool, job, location or tag (`KEY`, `KEY=VALUE`, `KEY=*`), or `*` for each."""

    kind: LimitKind
    name: str = ""
    most: int


class EngineView(msgspec.Struct, kw_only=True):
    """An engine at work: its host, process and lease. One that is not `alive` has not been heard of for some time."""

    name: str
    started_at: float
    renewed_at: float
    alive: bool
    locations: list[str]


class EngineList(msgspec.Struct, kw_only=True):
    """The engines of the deployment, the oldest first."""

    items: list[EngineView]


class DeploymentView(msgspec.Struct, kw_only=True):
    """What the app needs to begin with."""

    name: str
    version: str
    auth_required: bool
    signed_in: bool
    seq: int
    locations: list[LocationView]


class TextPosition(msgspec.Struct, kw_only=True):
    """Where a selection is wrong: `position` counts characters from 0, `line` and `column` from 1."""

    position: int
    line: int
    column: int
    expected: list[str]
    suggestion: str | None


class Problem(msgspec.Struct, kw_only=True):
    """An error, as RFC 9457 describes it: `detail` says what is wrong and what to do, `type` is where its kind is told.

    `error` is `detail` under the name that the report doors use; `at` says where in a selection.
    """

    type: str
    title: str
    status: int
    detail: str
    error: str
    at: TextPosition | None = None


class ProblemKind(msgspec.Struct, kw_only=True):
    """A type of problem, and what it means."""

    type: str
    title: str
    status: int
    meaning: str


class ProblemKindList(msgspec.Struct, kw_only=True):
    """Every type of problem, by name."""

    items: list[ProblemKind]


class CompletionItem(msgspec.Struct, kw_only=True):
    """What may stand in a selection: `text` takes the place of the text between `start` and `end`."""

    text: str
    kind: Literal["key", "field", "function", "operator", "value"]
    detail: str | None


class Completions(msgspec.Struct, kw_only=True):
    """What a selection may go on with, best first; `error` says what is wrong with the text before the cursor."""

    start: int
    end: int
    items: list[CompletionItem]
    error: Problem | None


class NeighbourhoodNode(msgspec.Struct, kw_only=True):
    """An asset near another; `depth` is below 0 upstream. `hidden_*` count neighbours that are left out."""

    asset: AssetRow
    depth: int
    level: int
    knot: int | None
    hidden_upstream: int
    hidden_downstream: int


class Neighbourhood(msgspec.Struct, kw_only=True):
    """What is around an asset, nearest first; an edge is a pair of positions in `nodes`, upstream first."""

    nodes: list[NeighbourhoodNode]
    edges: list[tuple[int, int]]
    truncated: bool


class LineagePaths(msgspec.Struct, kw_only=True):
    """Ways from one asset down to another, shortest first, each from its first key to its last."""

    items: list[list[str]]
    truncated: bool


class ImpactedAsset(msgspec.Struct, kw_only=True):
    """An asset that is made from others, `depth` steps below the nearest of them."""

    key: str
    kind: AssetKind
    depth: int
    group: str
    owners: list[str]
    checks: list[str]
    location: str | None


class ImpactShare(msgspec.Struct, kw_only=True):
    """An owner or a group, and how many of the assets are theirs; an owner of None has those that nobody owns."""

    name: str | None
    assets: int


class Impact(msgspec.Struct, kw_only=True):
    """What breaks if some assets do, nearest first, and who owns it."""

    of: list[str]
    items: list[ImpactedAsset]
    owners: list[ImpactShare]
    groups: list[ImpactShare]
    checks: int


class ColumnRef(msgspec.Struct, kw_only=True):
    """A column of an asset, `depth` steps from the one asked for: below 0 upstream of it."""

    asset_key: str
    column: str
    depth: int


class ColumnGraph(msgspec.Struct, kw_only=True):
    """The columns that one is made from, and those made from it; an edge is a pair of positions, upstream first."""

    columns: list[ColumnRef]
    edges: list[tuple[int, int]]
    truncated: bool


class TableColumn(msgspec.Struct, kw_only=True):
    """A column; one that only the lineage names has no type."""

    name: str
    type: str | None


class ColumnTable(msgspec.Struct, kw_only=True):
    """The columns of an asset, in their order."""

    key: str
    columns: list[TableColumn]


class ColumnTables(msgspec.Struct, kw_only=True):
    """The columns of some assets; an edge is upstream key, upstream column, key and column, among those assets."""

    items: list[ColumnTable]
    edges: list[tuple[str, str, str, str]]


class Origin(msgspec.Struct, kw_only=True):
    """What brings an asset about: sensors and schedules that report or make it, and the system that it comes from."""

    key: str
    sensors: list[str]
    schedules: list[str]
    system: str | None


class OriginList(msgspec.Struct, kw_only=True):
    """The assets of which something of that is known, by key."""

    items: list[Origin]


class ChangedAsset(msgspec.Struct, kw_only=True):
    """An asset that was defined otherwise, and in what."""

    key: str
    changed: list[str]


class GraphDiff(msgspec.Struct, kw_only=True):
    """What became different between two moments."""

    added: list[str]
    removed: list[str]
    changed: list[ChangedAsset]
    added_edges: list[tuple[str, str]]
    removed_edges: list[tuple[str, str]]


class Moment(msgspec.Struct, kw_only=True):
    """A moment at which a location's definitions changed; `snapshot` names them, None where it was served no more."""

    seq: int
    timestamp: float
    location: str
    snapshot: str | None


class MomentPage(msgspec.Struct, kw_only=True):
    """When definitions changed, the newest first. `next` continues the listing, None at its end."""

    items: list[Moment]
    next: str | None


class DefinitionVersion(msgspec.Struct, kw_only=True):
    """What an asset's definition was from a moment on, None where it had none any more.

    `changed` are the fields that became others; it is empty where the asset came or went.
    """

    seq: int
    since: float
    location: str
    definition: dict[str, Any] | None
    changed: list[str]


class DefinitionHistory(msgspec.Struct, kw_only=True):
    """How an asset's definition changed, the newest first."""

    items: list[DefinitionVersion]


class VersionNode(msgspec.Struct, kw_only=True):
    """A version of an asset, by the event that made it; of one that retention dropped only the number is left."""

    seq: int
    depth: int
    asset_key: str | None
    partition: str | None
    run_id: str | None
    timestamp: float | None
    data_version: str | None
    withdrawn: bool


class VersionGraph(msgspec.Struct, kw_only=True):
    """Versions that one was made from, or that were made from it; edges are (read, made) by `seq`."""

    nodes: list[VersionNode]
    edges: list[tuple[int, int]]
    truncated: bool


class GroupNode(msgspec.Struct, kw_only=True):
    """A group as one thing: how many assets it has, by kind."""

    name: str
    assets: int
    kinds: dict[str, int]
    level: int


class GroupGraph(msgspec.Struct, kw_only=True):
    """Groups and how they are connected; an edge is (from, to, number of dependencies between their assets)."""

    nodes: list[GroupNode]
    edges: list[tuple[int, int, int]]


class LiveEvent(msgspec.Struct, kw_only=True):
    """One message of the live stream: an event was committed. Its `id:` line is the `seq` to resume from."""

    seq: int
    kind: str
    asset_key: str | None
    partition: str | None
    run_id: str | None
    timestamp: float
