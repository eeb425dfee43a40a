"""`tiercel check` in several processes: the same report as from one, and nothing left behind whatever happens."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from tiercel_server.analysis.workspace_flows import NO_FLOWS
from tiercel_server.cli.checking import workers
from tiercel_server.cli.checking.examination import WORTH_A_PROCESS
from tiercel_server.cli.checking.files import find_files
from tiercel_server.cli.checking.runner import CheckRun
from tiercel_server.cli.checking.sources import Source
from tiercel_server.cli.checking.workers import WorkerFault, Workers, worth_while
from tiercel_server.cli.commands.check import command
from tiercel_server.cli.formats import FORMATS
from tiercel_server.cli.main import main
from tiercel_server.rules import all_rules
from tiercel_server.workspace.settings import ProjectSettings

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpus" / "flows"
TIERCEL = Path(sys.executable).with_name("tiercel")
FLOW = (
    "id: f{}\nnamespace: a.b\ntasks:\n  - id: x\n    type: io.kestra.plugin.core.log.Log\n"
    '    message: "{{{{ inputs.no }}}}"\n'
)
PROC = Path("/proc/self/task")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def report(*arguments: str, stdin: bytes | None = None) -> tuple[int, str, str]:
    result = CliRunner().invoke(command, [*arguments, "--no-cache"], input=stdin)
    return result.exit_code, result.stdout, result.stderr


def write_flows(folder: Path, count: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        (folder / f"f{number}.yaml").write_text(FLOW.format(number), encoding="utf-8")


def write_examples(folder: Path) -> None:
    """A flow with each mistake, in projects with settings of their own, among files that are no flows."""
    for number, rule in enumerate(all_rules().values()):
        place = folder / f"p{number % 3}"
        place.mkdir(exist_ok=True, parents=True)
        (place / f"{rule.code}.yaml").write_text(rule.bad, encoding="utf-8")
    (folder / "p1" / "tiercel.yaml").write_text("rules:\n  profile: [practice, security]\n  odd: 1\n", encoding="utf-8")
    (folder / "p2" / "tiercel.yaml").write_text("kestra-version: '1.3'\n", encoding="utf-8")
    (folder / "compose.yaml").write_text("id: 1\nservices: {}\n", encoding="utf-8")
    (folder / "bytes.yaml").write_bytes(b"id: \xff\n")


# --- the same report -----------------------------------------------------------------------------------------


def test_the_corpus_gives_the_same_json_in_any_number_of_processes(tmp_path: Path) -> None:
    for copy in ("one", "two", "three"):
        shutil.copytree(CORPUS, tmp_path / copy)
    alone = report("--format", "json", "--jobs", "1")
    assert len(alone[1].splitlines()) > 100
    assert report("--format", "json", "--jobs", "2") == alone
    assert report("--format", "json", "--jobs", "5") == alone


@pytest.mark.parametrize("format_", FORMATS)
def test_every_mistake_in_every_format_is_told_the_same(tmp_path: Path, format_: str) -> None:
    write_examples(tmp_path)
    arguments = ("p1/compose.yaml", ".", "-", "--format", format_)
    (tmp_path / "p1" / "compose.yaml").write_text("services: {}\n", encoding="utf-8")
    stdin = FLOW.format("stdin").encode()
    alone = report(*arguments, "--jobs", "1", stdin=stdin)
    assert alone[0] == 2
    assert report(*arguments, "--jobs", "3", stdin=stdin) == alone


def test_flows_are_looked_up_across_processes(tmp_path: Path) -> None:
    write_flows(tmp_path, 20)
    caller = FLOW.format("caller").replace("core.log.Log", "core.flow.Subflow\n    namespace: a.b\n    flowId: f191")
    (tmp_path / "caller.yaml").write_text(caller, encoding="utf-8")
    text = report("--jobs", "4", "--select", "subflow-missing")[1]
    assert "the workspace has no flow `f191` in `a.b`; did you mean `f19`?" in text


def test_progress_reaches_the_end_of_both_steps(tmp_path: Path) -> None:
    write_flows(tmp_path, 30)
    run, told = CheckRun(jobs=3), list[tuple[str, int, int]]()
    for file in find_files((tmp_path,)):
        run.add_file(file)
    run.finish(whole_tree=True, progress=lambda *step: told.append(step))
    assert told == [(what, done, 30) for what in ("read", "checked") for done in range(1, 31)]


# --- how many ------------------------------------------------------------------------------------------------


def sources(count: int, size: int) -> list[Source]:
    return [Source(f"{each}.yaml", "#" * size, ProjectSettings(), None, named=False) for each in range(count)]


def test_processes_are_as_many_as_the_work_and_the_cores_allow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_cores", lambda: 4)
    assert [worth_while(sources(count, WORTH_A_PROCESS // 10)) for count in (0, 1, 19, 20, 35, 1000)] == [
        1,
        1,
        1,
        2,
        3,
        4,
    ]
    monkeypatch.setattr(workers, "_cores", lambda: 64)
    assert worth_while(sources(1000, WORTH_A_PROCESS)) == workers.MOST
    monkeypatch.setattr(sys, "executable", "")
    assert worth_while(sources(1000, WORTH_A_PROCESS)) == 1


def test_few_flows_start_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_flows(tmp_path, 30)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    assert report()[0] == report("--jobs", "1")[0] == 1


def test_where_no_process_can_be_started_one_does_it_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_flows(tmp_path, 30)
    alone = report("--jobs", "1")

    def forbidden(*_: object, **__: object) -> None:
        raise PermissionError("no more processes")

    monkeypatch.setattr(subprocess, "Popen", forbidden)
    assert report("--jobs", "2") == alone


def test_modules_beside_the_flows_are_not_run(tmp_path: Path) -> None:
    write_flows(tmp_path, 10)
    for name in ("json", "yaml", "click", "tiercel_server", "regex"):
        (tmp_path / f"{name}.py").write_text("open('was-run', 'w')\n", encoding="utf-8")
    done = subprocess.run([TIERCEL, "check", "--jobs", "2", "."], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert "10 errors in 10 files." in done.stdout
    assert not (tmp_path / "was-run").exists()


# --- when things go wrong ------------------------------------------------------------------------------------


def outcome(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[object, str]:
    with pytest.raises(SystemExit) as ended:
        main(["check", "--no-cache", *arguments])
    return ended.value.code, capsys.readouterr().err


def test_a_process_that_ends_is_a_fault_of_tiercel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_flows(tmp_path, 10)
    monkeypatch.setattr(workers, "_BOOT", "import os; os._exit(9)")
    code, told = outcome(capsys, "--jobs", "2")
    assert code == 70
    assert "a fault of Tiercel itself" in told
    assert "a worker process ended (status 9)" in told


def test_an_error_in_a_process_is_told_as_what_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_flows(tmp_path, 10)
    broken = "import tiercel_server.cli.checking.examining as it; it.diagnose = lambda *_: 1 / 0\n"
    head, _, tail = workers._BOOT.partition("from ")
    monkeypatch.setattr(workers, "_BOOT", f"{head}{broken}from {tail}")
    code, told = outcome(capsys, "--jobs", "2")
    assert code == 70
    assert "in a worker process: ZeroDivisionError: division by zero" in told


def test_a_process_that_is_killed_is_noticed_and_the_others_end() -> None:
    texts = dict(enumerate(sources(40, 2000)))
    for each in texts.values():
        each.text = FLOW.format("") + each.text
    settings = [each.settings for each in texts.values()]
    with Workers(2, settings) as pool:
        pids = pool.process_ids
        surveyed = dict(pool.survey(texts))
        os.kill(pids[0], signal.SIGTERM)
        with pytest.raises(WorkerFault, match="a worker process ended"):
            list(pool.check(texts, NO_FLOWS))
    assert surveyed.keys() == texts.keys()
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def wait_for(what: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not what():
        assert time.monotonic() < until, "it never came to pass"
        time.sleep(0.02)


def children_of(pid: int) -> list[int]:
    return [
        int(each) for file in Path(f"/proc/{pid}/task").glob("*/children") for each in file.read_text("utf-8").split()
    ]


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


@pytest.mark.skipif(not PROC.exists(), reason="processes are looked up in /proc")
@pytest.mark.parametrize("with_", [signal.SIGINT, signal.SIGKILL])
def test_workers_end_with_their_parent(tmp_path: Path, with_: signal.Signals) -> None:
    write_flows(tmp_path, 3000)
    checking = subprocess.Popen([TIERCEL, "check", "--jobs", "2", "."], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_for(lambda: len(children_of(checking.pid)) == 2)
    started = children_of(checking.pid)
    checking.send_signal(with_)
    out, told = checking.communicate(timeout=60)
    wait_for(lambda: all(is_gone(pid) for pid in started))
    assert out == b""
    assert checking.returncode != 0
    assert told.decode().strip() == ("Aborted!" if with_ == signal.SIGINT else "")
