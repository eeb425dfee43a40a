"""A whole run whose internal storage is a bucket (moto's server): what tasks store, read, hand on and remove."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from tiercel_server.cli.main import cli

CORE = "io.kestra.plugin.core."
FLOW = f"""\
id: far
namespace: my.ns
inputs:
  - {{id: file, type: FILE}}
tasks:
  - {{id: read, type: {CORE}debug.Return, format: "{{{{ read(inputs.file) }}}} {{{{ fileSize(inputs.file) }}}}"}}
  - {{id: write, type: {CORE}storage.Write, content: "stored"}}
  - {{id: up, type: {CORE}namespace.UploadFiles, namespace: my.ns, filesMap: {{"conf/a.txt": "{{{{ outputs.write.uri }}}}"}}}}
  - id: script
    type: io.kestra.plugin.scripts.shell.Commands
    taskRunner: {{type: {CORE}runner.Process}}
    inputFiles: {{in.txt: "{{{{ inputs.file }}}}"}}
    namespaceFiles: {{enabled: true}}
    outputFiles: ["*.out"]
    commands: ["cat in.txt conf/a.txt {{{{ outputs.write.uri }}}} > all.out"]
  - {{id: joined, type: {CORE}storage.Concat, files: ["{{{{ outputs.script.outputFiles['all.out'] }}}}", "{{{{ outputs.write.uri }}}}"]}}
  - {{id: size, type: {CORE}storage.Size, uri: "{{{{ outputs.joined.uri }}}}"}}
  - {{id: loop, type: {CORE}flow.Loop, values: "{{{{ outputs.lines.uri ?? '[1]' }}}}", tasks: [{{id: x, type: {CORE}debug.Return, format: "{{{{ item.value }}}}"}}]}}
  - {{id: cached, type: {CORE}debug.Return, format: same, taskCache: {{enabled: true}}}}
  - {{id: delete, type: {CORE}storage.Delete, uri: "{{{{ outputs.write.uri }}}}"}}
  - {{id: gone, type: {CORE}debug.Return, format: "{{{{ fileExists(outputs.write.uri) }}}} {{{{ read('conf/a.txt') }}}}"}}
"""  # noqa: E501


@pytest.fixture
def bucket(tmp_path, monkeypatch):
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    client = boto3.client("s3", endpoint_url=address, region_name="us-east-1")
    client.create_bucket(Bucket="kestra")
    monkeypatch.chdir(tmp_path)
    Path("tiercel.yaml").write_text(
        f"storage:\n  url: s3://kestra/main\n  options: {{client_kwargs: {{endpoint_url: '{address}'}}}}\n"
    )
    yield lambda: sorted(each["Key"] for each in client.list_objects_v2(Bucket="kestra").get("Contents", ()))
    server.stop()


@pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")
def test_a_run_keeps_its_files_in_a_bucket(bucket, tmp_path):
    Path("far.yaml").write_text(FLOW)
    Path("data.csv").write_text("given")
    result = CliRunner().invoke(cli, ["run", "far.yaml", "--input", "file=data.csv", "--format", "json"])
    assert result.exit_code == 0, result.output
    execution = json.loads(result.stdout)
    outputs = {run["taskId"]: run.get("outputs", {}) for run in execution["taskRunList"]}
    assert outputs["read"]["value"] == "given 5"
    assert outputs["size"]["size"] == len("givenstoredstored" + "stored")
    assert outputs["gone"]["value"] == "false stored"
    keys = bucket()
    home = f"main/my/ns/far/executions/{execution['id']}"
    assert f"{home}/inputs/file/data.csv" in keys
    assert "main/my/ns/_files/conf/a.txt" in keys
    assert any(key.startswith(f"{home}/tasks/script/") and key.endswith("all.out") for key in keys)
    assert not any("/tasks/write/" in key for key in keys)
    assert not (tmp_path / ".tiercel" / "storage").exists()
    again = CliRunner().invoke(cli, ["files", "cat", "conf/a.txt", "--namespace", "my.ns"])
    assert again.stdout == "stored"


def test_a_bucket_that_is_not_there_fails_the_task_in_words(bucket):
    Path("tiercel.yaml").write_text(Path("tiercel.yaml").read_text().replace("s3://kestra/", "s3://nowhere/"))
    Path("f.yaml").write_text(
        f"id: f\nnamespace: my.ns\ntasks:\n  - {{id: w, type: {CORE}storage.Write, content: x}}\n"
    )
    result = CliRunner().invoke(cli, ["run", "f.yaml"])
    assert result.exit_code == 1
    assert "Internal storage can't be used" in result.stdout
