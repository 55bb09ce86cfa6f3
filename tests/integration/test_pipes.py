"""Pipes: the published client reports to a step over every channel, and whatever goes wrong is named."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

import headwater as hw

SCRIPT = str(Path(__file__).parents[1] / "projects" / "pipes" / "reports.py")


def run(
    client: hw.PipesSubprocessClient, *arguments: str, partitions: hw.PartitionsDefinition | None = None
) -> tuple[hw.ExecuteInProcessResult, list[Any]]:
    """Make an asset by the script; gives the run and its custom messages."""
    custom: list[Any] = []
    key = hw.AssetKey(["lake", "rows"])

    @hw.asset(key=key, check_specs=[hw.AssetCheckSpec("positive", asset=key)], partitions_def=partitions)
    def rows(context: hw.AssetExecutionContext, pipes: hw.PipesSubprocessClient) -> hw.MaterializeResult[Any]:
        done = pipes.run(command=[sys.executable, SCRIPT, *arguments], context=context)
        custom.extend(done.get_custom_messages())
        return done.get_materialize_result()

    partition = None if partitions is None else partitions.get_last_partition_key()
    return hw.materialize([rows], resources={"pipes": client}, partition_key=partition), custom


def channels(folder: Path) -> dict[str, tuple[hw.PipesSubprocessClient, tuple[str, ...]]]:
    """Clients with each way of passing a context and getting messages, and the arguments that the script needs."""
    store = str(folder / "bucket" / "pipes")
    return {
        "temporary files": (hw.PipesSubprocessClient(), ()),
        "environment and output": (
            hw.PipesSubprocessClient(
                context_injector=hw.PipesEnvContextInjector(), message_reader=hw.PipesStdioMessageReader("stdout")
            ),
            (),
        ),
        "files": (
            hw.PipesSubprocessClient(
                context_injector=hw.PipesFileContextInjector(folder / "context.json"),
                message_reader=hw.PipesFileMessageReader(folder / "messages", include_stdio_in_messages=True),
            ),
            (),
        ),
        "object storage": (
            hw.PipesSubprocessClient(
                context_injector=hw.PipesObjectStorageContextInjector(store),
                message_reader=hw.PipesObjectStorageMessageReader(store, interval=0.05),
            ),
            ("--store",),
        ),
    }


@pytest.mark.parametrize("channel", ["temporary files", "environment and output", "files", "object storage"])
def test_the_published_client_reports_everything(
    channel: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Metadata of each kind, a version, a check and a custom message arrive; nothing is left behind."""
    client, arguments = channels(tmp_path)[channel]
    result, custom = run(client, *arguments)

    (made,) = result.get_asset_materialization_events()
    assert made.materialization is not None
    assert "v7" == made.materialization.data_version
    metadata = made.materialization.metadata
    assert hw.MetadataValue.int(3) == metadata["rows"]
    assert hw.MetadataValue.float(1.0) == metadata["share"]
    assert hw.MetadataValue.url("https://example.com") == metadata["link"]
    assert hw.MetadataValue.asset(hw.AssetKey(["lake", "raw"])) == metadata["other"]
    assert {"rows", "share", "link", "other", "table", "schema", "lineage"} == set(metadata)
    (check,) = result.get_asset_check_evaluations()
    assert ("positive", True, hw.MetadataValue.int(1)) == (check.check_name, check.passed, check.metadata["low"])
    assert [{"partition": None}] == custom
    assert "printed by the script" in capfd.readouterr().out
    assert [] == [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_partition_reaches_the_script() -> None:
    """It is told which partition it works on."""
    _, custom = run(hw.PipesSubprocessClient(), partitions=hw.StaticPartitionsDefinition(["a", "b"]))
    assert [{"partition": "b"}] == custom


def test_a_script_is_told_what_the_version_before_was_made_from() -> None:
    """Nothing the first time; then the code and the version of each input, of the partition that is made."""
    code = "from dagster_pipes import open_dagster_pipes as o\nwith o() as p: p.report_custom_message(p.provenance)"
    told: list[object] = []

    @hw.asset(deps=[["lake", "raw"]], code_version="1", partitions_def=hw.StaticPartitionsDefinition(["a", "b"]))
    def rows(context: hw.AssetExecutionContext) -> hw.MaterializeResult[Any]:
        done = hw.PipesSubprocessClient().run(command=[sys.executable, "-c", code], context=context)
        told.extend(done.get_custom_messages())
        return done.get_materialize_result()

    instance = hw.HeadwaterInstance.ephemeral()
    for partition, version in (("a", "v1"), ("b", "v2"), ("a", "v3")):
        tags = {"dagster/data_version": version}
        instance.report_runless_asset_event(hw.AssetMaterialization(["lake", "raw"], tags=tags))
        hw.materialize([rows], instance=instance, partition_key=partition)

    before = {"code_version": "1", "input_data_versions": {"lake/raw": "v1"}, "is_user_provided": False}
    assert told == [None, None, before]


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("--fail", "ended with status 1. It said: ValueError: wrong by intent"),
        ("--vanish", "ended with status 4. It did not say that it closed"),
    ],
)
def test_a_failed_script_says_why(argument: str, said: str) -> None:
    """Its status fails the step, with its own exception or the lack of an end."""
    with pytest.raises(hw.PipesError, match="reports") as failed:
        run(hw.PipesSubprocessClient(), argument)
    assert said in str(failed.value)


def shell(text: str) -> tuple[hw.ExecuteInProcessResult, list[Any]]:
    """Make an asset by messages that a shell prints as they are."""
    custom: list[Any] = []

    @hw.asset
    def rows(context: hw.AssetExecutionContext, shell: hw.PipesSubprocessClient) -> hw.MaterializeResult[Any]:
        command = [sys.executable, "-c", _WRITER, text]
        done = shell.run(command=command, context=context)
        custom.extend(done.get_custom_messages())
        return done.get_materialize_result()

    return hw.materialize([rows], resources={"shell": hw.PipesSubprocessClient()}), custom


_WRITER = """
import base64, json, os, sys, zlib
path = json.loads(zlib.decompress(base64.b64decode(os.environ["DAGSTER_PIPES_MESSAGES"])))["path"]
open(path, "a").write(sys.argv[1])
"""


def message(method: str, **params: Any) -> str:
    """One line."""
    return json.dumps({"__dagster_pipes_version": "0.1", "method": method, "params": params}) + "\n"


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("this is no JSON\n", "is no JSON"),
        ("[1, 2]\n", "is no object"),
        (message("report_nothing"), "the method 'report_nothing', which there is not"),
        (message("report_asset_check", check_name="c", asset_key="rows"), "lacks 'passed'"),
        (
            message("report_asset_check", check_name="c", asset_key="rows", passed="yes"),
            "true or false, but 'yes' came",
        ),
        (message("report_asset_materialization", asset_key="rows", data_version=7), "data_version"),
    ],
)
def test_a_bad_line_is_named_and_what_follows_is_read(bad: str, said: str, caplog: pytest.LogCaptureFixture) -> None:
    """The log names the line; the next message arrives, and the step succeeds."""
    result, custom = shell(message("opened") + bad + message("report_custom_message", payload=1) + message("closed"))

    assert result.success
    assert [1] == custom
    assert said in caplog.text


def test_metadata_of_no_known_type_is_named(caplog: pytest.LogCaptureFixture) -> None:
    """A value of an unknown type is kept as what it looks like, one that does not fit its type is left out."""
    metadata = {
        "a": {"raw_value": 1, "type": "decimal"},
        "b": {"raw_value": "x", "type": "int"},
        "c": {"raw_value": 2, "type": "int"},
    }
    result, _ = shell(message("opened") + message("report_asset_materialization", asset_key="rows", metadata=metadata))

    (made,) = result.asset_materializations_for_node("rows")
    assert {"a": 1, "c": 2} == {name: value.value for name, value in made.metadata.items()}
    assert "'a' has the type 'decimal', which there is not" in caplog.text
    assert "'b' is not of the type 'int'" in caplog.text
    assert "did not say that it closed" in caplog.text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (message("report_asset_materialization", asset_key="other"), "it reported other, but this step makes rows"),
        (message("report_asset_materialization", asset_key="rows") * 2, "a materialization of rows more than once"),
    ],
)
def test_a_report_that_the_step_does_not_make_fails_it(text: str, said: str) -> None:
    """An asset that is not the step's, and one reported twice, are named in the error."""
    with pytest.raises(hw.PipesError, match=said):
        shell(text)


def test_a_program_that_is_not_there_is_named() -> None:
    """The error has the command."""

    @hw.asset
    def rows(context: hw.AssetExecutionContext, shell: hw.PipesSubprocessClient) -> None:
        shell.run(command="no-such-program --x", context=context)

    with pytest.raises(hw.PipesError, match="no-such-program --x can't be started"):
        hw.materialize([rows], resources={"shell": hw.PipesSubprocessClient()})


@pytest.mark.parametrize("obeys", [True, False])
def test_what_ends_the_step_ends_its_program(obeys: bool, tmp_path: Path) -> None:
    """An interruption reaches the program as SIGTERM; if it does not end in time, it is killed."""
    marks = tmp_path / "marks"
    os.mkfifo(marks)
    handler = "raise SystemExit" if obeys else "pass"
    program = (
        f"import os, signal, sys\n"
        f"def end(*_):\n    {handler}\n"
        f"signal.signal(signal.SIGTERM, end)\n"
        f"open({str(marks)!r}, 'w').write(str(os.getpid()))\n"
        f"while True: signal.pause()\n"
    )

    @hw.asset
    def rows(context: hw.AssetExecutionContext, shell: hw.PipesSubprocessClient) -> None:
        shell.run(command=[sys.executable, "-c", program], context=context)

    pids: list[int] = []
    main = threading.get_ident()
    interrupted = threading.Event()

    def once(*_: object) -> None:
        if not interrupted.is_set():
            interrupted.set()
            raise KeyboardInterrupt

    def interrupt() -> None:
        pids.append(int(marks.read_text()))
        # Python drops an interruption that arrives while an object is being finalized: not before the wait.
        while sys._current_frames()[main].f_code.co_name != "_try_wait":
            pass
        # One that arrives just before the wait is seen only when another one ends that.
        while not interrupted.is_set():
            signal.pthread_kill(main, signal.SIGINT)
            interrupted.wait(0.01)

    thread = threading.Thread(target=interrupt)
    before = signal.signal(signal.SIGINT, once)
    try:
        thread.start()
        client = hw.PipesSubprocessClient(termination_timeout_seconds=10 if obeys else 0.1)
        with pytest.raises(KeyboardInterrupt):
            hw.materialize([rows], resources={"shell": client})
        thread.join()
    finally:
        signal.signal(signal.SIGINT, before)
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)


def test_the_output_of_a_program_is_in_the_steps_log(tmp_path: Path) -> None:
    """In a worker, what it prints and what it logs are both lines of the run's log."""
    project = tmp_path / "definitions.py"
    project.write_text(
        "import sys\nimport headwater as hw\n\n\n@hw.asset\n"
        "def rows(context: hw.AssetExecutionContext, shell: hw.PipesSubprocessClient) -> hw.MaterializeResult:\n"
        f"    done = shell.run(command=[sys.executable, {SCRIPT!r}], context=context)\n"
        "    return hw.MaterializeResult(metadata={'n': len(done.get_results())})\n\n\n"
        "defs = hw.Definitions(assets=[rows], resources={'shell': hw.PipesSubprocessClient()})\n"
    )

    def command(*arguments: str) -> Any:
        words = [sys.executable, "-m", "headwater.cli", *arguments, "--home", str(tmp_path / "home"), "--json"]
        return json.loads(subprocess.run(words, capture_output=True, text=True, check=True).stdout)

    made = command("materialize", "rows", "-f", str(project))
    lines = command("run", "logs", made["run_id"])
    assert ("stdout", "printed by the script") in [(line["stream"], line["text"]) for line in lines]
    assert ("log", "working on rows") in [(line["stream"], line["text"]) for line in lines]
