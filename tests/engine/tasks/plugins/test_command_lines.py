"""Tools run by their commands; the tools themselves are stood in for by scripts that tell what they were given."""

import json
import os

import pytest

from tests.engine.tasks.bench import Bench
from tiercel_engine.runners.policy import RunnerMode
from tiercel_engine.tasks.preflight import preflight
from tiercel_engine.tasks.services import LocalServices
from tiercel_schemas.model import read_flow
from tiercel_schemas.versions import KestraVersion

pytestmark = [pytest.mark.anyio, pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")]
P = "io.kestra.plugin."
PROCESS = {"type": "io.kestra.plugin.core.runner.Process"}
LOG = [
    {"info": {"level": "info", "msg": "Running with dbt", "ts": "t"}, "data": {"log_version": 3}},
    {"info": {"level": "warn", "msg": "careful"}, "data": {"stats": {"success": 2, "error": 0}}},
    {"level": "debug", "msg": "old form"},
]


@pytest.fixture
def program(tmp_path, monkeypatch):
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    def make(name, body):
        file = folder / name
        file.write_text(f"#!/bin/sh\n{body}\n")
        file.chmod(0o755)

    return make


@pytest.mark.parametrize(
    "name",
    ["terraform.cli.TerraformCLI", "terragrunt.cli.TerragruntCLI", "trivy.cli.TrivyCLI", "sqlmesh.cli.SQLMeshCLI",
     "dlt.CLI", "spark.SparkCLI", "cloudquery.CloudQueryCLI"],
)  # fmt: skip
async def test_plain_tools(bench, program, name):
    program("tool", 'echo "::{\\"outputs\\": {\\"args\\": \\"$*\\", \\"who\\": \\"$WHO\\"}}::"; cat in.tf > out.txt')
    outputs, _ = await bench.run(
        type=P + name, taskRunner=PROCESS, commands=["tool plan {{ flow.id }}"], env={"WHO": "me"},
        inputFiles={"in.tf": "x"}, outputFiles=["*.txt"],
    )  # fmt: skip
    assert (outputs["exitCode"], outputs["vars"]) == (0, {"args": "plan f", "who": "me"})
    assert bench.services.storage.read_bytes(outputs["outputFiles"]["out.txt"]) == b"x"
    failure = await bench.failure(type=P + name, taskRunner=PROCESS, commands=["false"])
    assert failure.message == "Command failed with exit code 1"


async def test_dbt(bench, program):
    lines = "\n".join(f"echo '{json.dumps(line)}'" for line in LOG)
    made = "mkdir -p target; echo '{\"nodes\": {}}' > target/manifest.json; echo '{}' > target/run_results.json"
    program("dbt", f'{lines}\n{made}\necho "$@" >> args.txt; cat profiles.yml >> args.txt')
    outputs, caught = await bench.run(
        type=P + "dbt.cli.DbtCLI", taskRunner=PROCESS,
        commands=["dbt build --select '{{ \"{{ x }}\" }}'", "echo plain"],
        profiles="p: {{ flow.id }}", outputFiles=["args.txt"], storeManifest={"namespace": "my.ns", "key": "m"},
    )  # fmt: skip
    files = outputs["outputFiles"]
    assert sorted(files) == ["args.txt", "manifest.json", "run_results.json"]
    assert bench.services.storage.read_bytes(files["args.txt"]).decode() == (
        "build --select {{ x }} --log-format json --log-path logs\np: f"
    )
    assert caught.shown("INFO")[1:] == ["Running with dbt", "plain"]
    assert caught.shown("WARN") == ["careful"]
    assert ("counter", "success", 2.0, None) in caught.metrics
    loaded, _ = await bench.run(
        type=P + "dbt.cli.DbtCLI", taskRunner=PROCESS, commands=["cp target/manifest.json seen.json"],
        loadManifest={"namespace": "my.ns", "key": "m"}, outputFiles=["seen.json"],
    )  # fmt: skip
    assert json.loads(bench.services.storage.read_bytes(loaded["outputFiles"]["seen.json"])) == {"nodes": {}}


async def test_single_commands_of_dbt(bench, program):
    program("dbt", 'echo "$@" > args.txt')
    outputs, _ = await bench.run(
        type=P + "dbt.cli.Build", taskRunner=PROCESS, fullRefresh=True, select=["a b", "c"], target="prod", thread=4,
        outputFiles=["args.txt"],
    )  # fmt: skip
    assert bench.services.storage.read_bytes(outputs["outputFiles"]["args.txt"]).decode().strip() == (
        "--log-format json build --full-refresh --select a b c --threads 4 --target prod"
        f" --project-dir {bench.directory}"
    )
    failure = await bench.failure(type=P + "dbt.cli.Run", taskRunner=PROCESS, projectDir="../out")
    assert "leaves the working directory" in failure.message


async def test_ansible(bench, program):
    program("ansible-playbook", 'cat "$ANSIBLE_CONFIG"; echo; echo played > "$ANSIBLE_LOG_PATH"; echo $0 "$@"')
    program("pip", "echo pip $@")
    outputs, caught = await bench.run(
        type=P + "ansible.cli.AnsibleCLI", taskRunner=PROCESS, commands=["ansible-playbook -i inventory.ini p.yml"],
        inputFiles={"inventory.ini": "[x]", "requirements.txt": "a"}, ansibleConfig="[defaults]\nf={{ flow.id }}",
        outputLogFile=True,
    )  # fmt: skip
    assert "f=f" in caught.shown("INFO")
    assert "pip install -r requirements.txt" in caught.shown("INFO")
    assert bench.services.storage.read_bytes(outputs["outputFiles"]["log"]) == b"played\n"


async def test_clouds(bench, program):
    program("aws", 'echo "$AWS_ACCESS_KEY_ID $AWS_DEFAULT_REGION $AWS_DEFAULT_OUTPUT $MORE $*"')
    _, caught = await bench.run(
        type=P + "aws.cli.AwsCLI", taskRunner=PROCESS, commands=["aws s3 ls"], accessKeyId="k", region="eu-west-3",
        env={"MORE": "{{ flow.id }}"},
    )  # fmt: skip
    assert caught.shown("INFO") == ["k eu-west-3 json f s3 ls"]
    program("gcloud", 'cat "$GOOGLE_APPLICATION_CREDENTIALS"; echo; echo "$CLOUDSDK_CORE_PROJECT"')
    _, caught = await bench.run(
        type=P + "gcp.cli.GCloudCLI",
        taskRunner=PROCESS,
        commands=["gcloud x"],
        serviceAccount='{"a": 1}',
        projectId="p",
    )
    assert caught.shown("INFO") == ['{"a": 1}', "p"]


def test_where_they_run_is_said_before(tmp_path):
    services: LocalServices = Bench(tmp_path).services
    flow = read_flow(
        {
            "id": "f",
            "namespace": "n",
            "tasks": [{"id": "t", "type": P + "terraform.cli.TerraformCLI", "commands": ["x"]}],
        },
        KestraVersion.V2_0,
    )
    refused = preflight([flow], type(services.runners)(RunnerMode.DOCKER)) if hasattr(RunnerMode, "DOCKER") else []
    replaced = preflight([flow], type(services.runners)(RunnerMode.PROCESS))
    assert [notice.code for notice in replaced] == ["runner-replaced"]
    assert all(notice.task_id == "t" for notice in [*refused, *replaced])
