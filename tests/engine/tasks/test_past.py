"""Tasks that look at what ran before in the workspace: counting, fetching, resuming and forgetting it."""

import threading
from datetime import UTC, datetime

import pytest

from tiercel_engine.runtime import RunRequest, Surroundings, run_flow
from tiercel_engine.storage.ion_rows import read_rows
from tiercel_engine.storage.layout import execution_path
from tiercel_engine.store import History
from tiercel_engine.store.purge import Purge, Selection
from tiercel_engine.tasks.services import local_services
from tiercel_schemas.model import read_flow
from tiercel_schemas.model.project import Project
from tiercel_schemas.versions import KestraVersion

CORE = "io.kestra.plugin.core."
LATER = "2100-01-01T00:00:00Z"


class Workspace:
    """A workspace's state below a folder, in which flows run."""

    def __init__(self, folder):
        self.folder = folder
        self.state = folder / ".tiercel"

    def run(self, tasks, flow_id="f", namespace="my.ns", version=KestraVersion.V2_0, on_event=None):
        flow = read_flow({"id": flow_id, "namespace": namespace, "tasks": tasks}, version)
        services = local_services(self.state, Project(), self.folder, {})
        history = History(self.state / "executions.db")
        try:
            request = RunRequest(flow, Surroundings(services, history=history))
            return run_flow(request, on_event) if on_event else run_flow(request)
        finally:
            history.close()

    def task(self, kind, version=KestraVersion.V2_0, **properties):
        """The outputs of one task, run in a flow of its own."""
        done = self.run([{"id": "t", "type": CORE + kind, **properties}], "asking", "else.where", version)
        (run,) = done.ordered_task_runs()
        assert done.state.value == "SUCCESS", self.logs(done.id)
        return dict(run.outputs)

    def logs(self, execution_id):
        history = History(self.state / "executions.db")
        try:
            return [line["message"] for line in history.lines(execution_id)]
        finally:
            history.close()

    def purge(self):
        return Purge(self.state / "executions.db")


@pytest.fixture
def workspace(tmp_path):
    workspace = Workspace(tmp_path)
    for namespace, flow_id in (("my.ns", "f"), ("my.ns.sub", "g"), ("my.nsx", "h")):
        workspace.run(
            [
                {"id": "a", "type": CORE + "log.Log", "message": ["one", "two"]},
                {"id": "b", "type": CORE + "log.Log", "message": "bad", "level": "WARN"},
                {"id": "c", "type": CORE + "storage.Write", "content": "x"},
                {"id": "d", "type": CORE + "metric.Publish", "metrics": [{"type": "counter", "name": "n", "value": 1}]},
            ],
            flow_id,
            namespace,
        )
    return workspace


def names(workspace):
    return [found.flow_id for found in workspace.purge().finished(Selection()) if found.flow_id != "asking"]


def test_executions_of_a_namespace_go_with_all_that_is_theirs(workspace):
    (found,) = workspace.purge().finished(Selection(namespace="my.ns", flow_id="f"))
    folder = workspace.state / "storage" / execution_path(found.namespace, found.flow_id, found.id)
    assert list(folder.rglob("*"))
    outputs = workspace.task("execution.PurgeExecutions", namespace="my.ns", endDate=LATER)
    assert outputs == {"executionsCount": 2, "logsCount": 6, "metricsCount": 2, "storagesCount": 2}
    assert names(workspace) == ["h"]
    assert not folder.exists()


@pytest.mark.parametrize(
    ("selection", "left"),
    [
        ({"flowId": "g", "namespace": "my.ns.sub"}, ["f", "h"]),
        ({"states": ["FAILED"]}, ["f", "g", "h"]),
        ({"states": ["SUCCESS", "FAILED"], "namespace": "my"}, []),
        ({"endDate": "2000-01-01T00:00:00Z"}, ["f", "g", "h"]),
        ({"startDate": "{{ now() | dateAdd(1, 'HOURS') }}"}, ["f", "g", "h"]),
        ({"purgeExecution": False}, ["f", "g", "h"]),
    ],
)
def test_what_is_not_selected_stays(workspace, selection, left):
    workspace.task("execution.PurgeExecutions", **{"endDate": LATER, **selection})
    assert names(workspace) == left


def test_the_execution_that_purges_is_none_of_them(workspace):
    done = workspace.run([{"id": "t", "type": CORE + "execution.PurgeExecutions", "endDate": LATER}], "asking")
    assert done.ordered_task_runs()[0].outputs["executionsCount"] == 3
    assert [found.id for found in workspace.purge().finished(Selection())] == [done.id]


def test_logs_go_by_level_and_date(workspace):
    by_level = workspace.task("log.PurgeLogs", endDate=LATER, logLevels=["WARN"], namespace="my.ns")
    assert by_level == {"count": 2, "executionLogsCount": 2, "nonExecutionLogsCount": 0}
    assert workspace.task("log.PurgeLogs", endDate="2000-01-01T00:00:00Z")["count"] == 0
    assert workspace.task("log.PurgeLogs", endDate=LATER, namespace="my.ns", flowId="f")["count"] == 2
    assert workspace.task("log.PurgeLogs", endDate=LATER, purgeExecutionLogs=False)["count"] == 0
    assert workspace.task("log.PurgeLogs", KestraVersion.V1_3, endDate=LATER, namespace="my.nsx") == {"count": 3}


def test_files_are_only_counted_unless_told_otherwise(workspace):
    counted = workspace.task("storage.PurgeStorage", endDate=LATER, namespace="my.ns")
    assert counted == {"scannedCount": 2, "purgedCount": 2, "deletedFilesCount": 0}
    removed = workspace.task("storage.PurgeStorage", endDate=LATER, namespace="my.ns", dryRun=False)
    assert removed == {"scannedCount": 2, "purgedCount": 2, "deletedFilesCount": 2}
    assert names(workspace) == ["f", "g", "h"]
    assert workspace.task("storage.PurgeStorage", endDate=LATER, namespace="my.ns")["purgedCount"] == 0


def test_counting_executions(workspace):
    v1 = KestraVersion.V1_3
    flows = [{"namespace": "my.ns", "flowId": "f"}, {"namespace": "my.ns", "flowId": "never"}]
    start = "{{ now() | dateAdd(-1, 'DAYS') }}"
    counted = workspace.task("execution.Count", v1, flows=flows, expression="{{ count == 0 }}", startDate=start)
    assert counted == {"results": [{"namespace": "my.ns", "flowId": "never", "count": 0}], "total": 0}
    everywhere = workspace.task("execution.Count", v1, namespaces=["my.ns"], expression="{{ count >= 1 }}")
    assert [each["flowId"] for each in everywhere["results"]] == ["f", "g"]
    assert everywhere["total"] == 2
    none = workspace.task("execution.Count", v1, flows=flows, states=["FAILED"], expression="{{ count > 0 }}")
    assert none == {"results": [], "total": 0}


def test_fetching_logs(workspace):
    v1 = KestraVersion.V1_3
    (found,) = workspace.purge().finished(Selection(flow_id="f"))
    fetched = workspace.task("log.Fetch", v1, executionId=found.id, level="WARN")
    assert fetched["size"] == 1
    storage = local_services(workspace.state, Project(), workspace.folder, {}).storage
    (row,) = read_rows(storage.path(fetched["uri"]))
    assert {key: row[key] for key in ("namespace", "flowId", "taskId", "level", "message")} == {
        "namespace": "my.ns",
        "flowId": "f",
        "taskId": "b",
        "level": "WARN",
        "message": "bad",
    }
    assert workspace.task("log.Fetch", v1, executionId=found.id, tasksId=["a"])["size"] == 2


def test_an_execution_fetches_its_own_logs(workspace):
    done = workspace.run(
        [{"id": "a", "type": CORE + "log.Log", "message": "mine"}, {"id": "t", "type": CORE + "log.Fetch"}],
        version=KestraVersion.V1_3,
    )
    assert done.ordered_task_runs()[1].outputs["size"] == 1


def test_resuming_an_execution_that_waits(workspace):
    paused, ids = threading.Event(), []

    def on_event(event):
        if event["event"] == "execution.state" and event.get("state") == "PAUSED":
            ids.append(event["executionId"])
            paused.set()

    ended = []
    waiting = [{"id": "p", "type": CORE + "flow.Pause"}]
    thread = threading.Thread(target=lambda: ended.append(workspace.run(waiting, "waits", on_event=on_event)))
    thread.start()
    assert paused.wait(30)
    # What is told is kept a moment later.
    retry = {"type": "constant", "interval": "PT0.1S", "maxAttempts": 50}
    resume = {"id": "r", "type": CORE + "execution.Resume", "executionId": ids[0], "retry": retry}
    done = workspace.run([resume], version=KestraVersion.V1_3)
    thread.join(30)
    assert (done.state.value, ended[0].state.value) == ("SUCCESS", "SUCCESS")


def test_resuming_what_does_not_wait_fails(workspace):
    (found,) = workspace.purge().finished(Selection(flow_id="f"))
    done = workspace.run(
        [{"id": "r", "type": CORE + "execution.Resume", "executionId": found.id}], version=KestraVersion.V1_3
    )
    assert done.state.value == "FAILED"
    assert "has ended in SUCCESS" in "\n".join(workspace.logs(done.id))


pytestmark = pytest.mark.anyio


async def test_versions_of_namespace_files(bench):
    for text in (b"1", b"2", b"3", b"4"):
        bench.services.files.write("my.ns", "a.txt", text)
        bench.services.files.write("my.other", "b.txt", text)
    purge = CORE + "namespace.PurgeFiles"
    outputs, _ = await bench.run(type=purge, namespaces=["my.ns"], behavior={"type": "version", "keepAmount": 2})
    assert outputs == {"size": 2}
    assert bench.services.files.versions("my.ns", "a.txt").kept == (3,)
    assert bench.services.files.read("my.ns", "a.txt") == b"4"
    outputs, _ = await bench.run(type=purge, filePattern="*.md")
    assert outputs == {"size": 0}
    outputs, _ = await bench.run(type=purge)
    assert outputs == {"size": 4}
    later = datetime(2100, 1, 1, tzinfo=UTC).isoformat()
    bench.services.files.write("my.ns", "a.txt", b"5")
    outputs, _ = await bench.run(type=purge, behavior={"type": "version", "before": later})
    assert outputs == {"size": 1}
    assert bench.services.files.read("my.ns", "a.txt") == b"5"


async def test_a_wrong_number_of_versions(bench):
    failure = await bench.failure(type=CORE + "namespace.PurgeFiles", behavior={"type": "version", "keepAmount": 0})
    assert "keepAmount" in failure.message


async def test_flows_have_no_revisions_here(bench):
    outputs, _ = await bench.run(type=CORE + "flow.PurgeFlows")
    assert outputs == {"size": 0}


def test_nothing_is_selected_where_nothing_was_kept(tmp_path):
    assert Purge(tmp_path / "none.db").finished(Selection(namespace="a")) == []
    assert not (tmp_path / "none.db").exists()
