"""Every type of a plugin that runs here has an example in docs/tasks, and every example runs."""

import importlib
import json
import os
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.engine.tasks.plugins.gcs_double import gcs_double
from tests.engine.tasks.plugins.test_crypto import keys  # noqa: F401 - a fixture
from tests.engine.tasks.plugins.test_files import s3 as s3_server  # noqa: F401 - a fixture
from tests.engine.tasks.plugins.test_git import repository as git_repository  # noqa: F401 - a fixture
from tests.engine.tasks.plugins.test_messages import hooks, mailbox
from tiercel_engine.tasks import api, plugins
from tiercel_schemas.catalog import load_catalog
from tiercel_schemas.versions import KestraVersion

ROOT = Path(__file__).resolve().parents[4]
PAGES = [ROOT / "docs" / "tasks" / f"{name}.md" for name in ("serdes", "jdbc", "messages", "tools", "stores")]
FLOWS = {
    flow["id"]: (flow, text)
    for page in PAGES
    for text in re.findall(r"^```yaml\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    for flow in [yaml.safe_load(text)]
}
TOOLS = "dbt terraform terragrunt trivy sqlmesh dlt spark-submit cloudquery aws gcloud ansible-playbook".split()  # noqa: SIM905


def registered():
    """The types of all plugins that run here."""
    for found in pkgutil.walk_packages(plugins.__path__, f"{plugins.__name__}."):
        importlib.import_module(found.name)
    home = f"{plugins.__name__}."
    return {name: cls for name, cls in api._TYPES.items() if cls.__module__.startswith(home)}


def types_in(node):
    if isinstance(node, dict):
        yield from ([node["type"]] if isinstance(node.get("type"), str) else [])
        node = list(node.values())
    if isinstance(node, list):
        for each in node:
            yield from types_in(each)


def test_every_type_has_an_example():
    shown = {name for flow, _ in FLOWS.values() for name in types_in(flow)}
    catalog = load_catalog(KestraVersion.V1_3)
    wanted = {name for name in registered() if ".notifications." not in name.replace(".slack.notifications.", ".")}
    assert {name for name in wanted if catalog.canonical(name) == name} - shown == set()


def test_every_type_is_one_of_kestra():
    catalogs = [load_catalog(version) for version in KestraVersion]
    assert [name for name in registered() if not any(name in catalog for catalog in catalogs)] == []


@pytest.fixture
def programs(tmp_path):
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in TOOLS:
        (folder / name).write_text("#!/bin/sh\necho $0 $@\n")
        (folder / name).chmod(0o755)
    return folder


# What the plugins' own classes of outputs add to those that the catalog has from their base.
MORE_OUTPUTS = {"outputFiles", "databaseUri"}


def run(flow_id, tmp_path, inputs=(), programs=None):
    """The outputs of the tasks of an example, by type; all of them are declared ones."""
    flow, text = FLOWS[flow_id]
    (tmp_path / "flow.yaml").write_text(text, "utf-8")
    path = os.pathsep.join(filter(None, [str(programs) if programs else None, os.environ["PATH"]]))
    given = [part for name, value in inputs for part in ("--input", f"{name}={value}")]
    command = [
        sys.executable,
        "-m",
        "tiercel_server",
        "run",
        "--runner",
        "process",
        "--format",
        "json",
        *given,
        "flow.yaml",
    ]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr + done.stdout[-3000:]
    execution = json.loads(done.stdout)
    assert execution["state"]["current"] == "SUCCESS"
    types = {task["id"]: task["type"] for task in _tasks(flow["tasks"])}
    catalog, declared_of = load_catalog(KestraVersion.V2_0), {}
    for taskrun in execution["taskRunList"]:
        name = types[taskrun["taskId"]]
        found = catalog.plugin(name)
        assert found is not None, name
        declared_of[name] = set(found.outputs)
        more = MORE_OUTPUTS if ".jdbc." in name else set()
        assert set(taskrun.get("outputs") or {}) <= declared_of[name] | more, name
    return execution


def _tasks(tasks):
    for task in tasks:
        yield task
        yield from _tasks(task.get("tasks", ()))


@pytest.mark.parametrize("flow_id", ["csv_and_json", "yaml_and_xml", "tables", "duckdb", "sqlite", "compress"])
def test_what_needs_nothing_else(tmp_path, flow_id):
    run(flow_id, tmp_path)


def test_postgresql(tmp_path, postgresql_url):
    run("postgresql", tmp_path, [("postgresql_url", postgresql_url)])


def test_mysql(tmp_path, mysql_url):
    run("mysql", tmp_path, [("mysql_url", mysql_url)])


def test_redis(tmp_path, redis_url):
    run("redis", tmp_path, [("redis_url", redis_url)])


def test_s3(tmp_path, s3_server):  # noqa: F811
    run("s3", tmp_path, [("s3_endpoint", s3_server["endpointOverride"])])


def test_gcs(tmp_path, monkeypatch):
    with gcs_double() as (url, objects):
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", url)
        run("gcs", tmp_path)
    assert objects == {}


def test_openpgp(tmp_path, keys):  # noqa: F811
    public, private = keys["bob"]
    run("openpgp", tmp_path, [("public_key", public), ("private_key", private)])


def test_local_files(tmp_path):
    run("local_files", tmp_path, [("folder", tmp_path / "folder")])


@pytest.mark.parametrize(("flow_id", "messages"), [("slack", 2), ("chats", 12), ("alerts", 4)])
def test_webhooks(tmp_path, flow_id, messages):
    with hooks() as (url, got):
        run(flow_id, tmp_path, [("webhook_url", url)])
    assert len(got) == messages


def test_mail(tmp_path):
    with mailbox() as (port, got):
        run("mail", tmp_path, [("smtp_port", port)])
    assert len(got) == 2


@pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")
def test_tools(tmp_path, programs, git_repository):  # noqa: F811
    run("tools", tmp_path, programs=programs)
    run("clone", tmp_path, [("repository", f"file://{git_repository}")])


def test_every_example_is_run_above():
    source = Path(__file__).read_text("utf-8")
    assert [flow_id for flow_id in FLOWS if f'"{flow_id}"' not in source] == []
