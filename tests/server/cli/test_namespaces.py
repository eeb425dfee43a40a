"""What `tiercel.yaml` gives to namespaces is there in run, check and eval, and comes down along the dots."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tiercel_server.cli.main import cli

RETURN = "io.kestra.plugin.core.debug.Return"
PROJECT = f"""\
namespaces:
  a:
    variables: {{region: eu, stage: prod, deep: {{x: 1}}}}
    kv: {{limit: 3, both: above}}
    secrets: {{dotenv: .env.a}}
    plugin-defaults:
      - {{type: io.kestra.plugin.core.http, values: {{uri: "http://127.0.0.1:9/"}}}}
      - {{type: {RETURN}, values: {{format: "from a"}}}}
  a.b:
    variables: {{stage: dev}}
    files: own-files
    kv: {{both: own}}
    plugin-defaults:
      - {{type: {RETURN}, values: {{format: "from a.b"}}}}
"""


@pytest.fixture
def tiercel(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("tiercel.yaml").write_text(PROJECT)
    Path(".env.a").write_text("TOKEN=hush-hush\n")
    Path("own-files").mkdir()
    Path("own-files/x.txt").write_text("file of a.b")

    def invoke(*arguments, code=0):
        result = CliRunner().invoke(cli, arguments)
        assert result.exit_code == code, result.output
        return result

    return invoke


def flow(namespace, *tasks):
    lines = "".join(f"  - {json.dumps({'id': f't{n}', 'type': RETURN, **task})}\n" for n, task in enumerate(tasks))
    path = Path(f"{namespace}.yaml")
    path.write_text(f"id: f\nnamespace: {namespace}\ntasks:\n{lines}")
    return str(path)


def values(result):
    return [run.get("outputs", {}).get("value") for run in json.loads(result.stdout)["taskRunList"]]


def test_a_run_sees_what_its_namespace_and_those_above_have(tiercel):
    expressions = ["{{ namespace.region }} {{ namespace.stage }}", "{{ namespace.deep.x }}", "{{ kv('limit') }}",
                   "{{ kv('both') }}", "{{ read('x.txt') }}", "{{ secret('TOKEN') | length }}"]  # fmt: skip
    path = flow("a.b", *({"format": each} for each in expressions))
    assert values(tiercel("run", path, "--format", "json")) == ["eu dev", "1", "3", "own", "file of a.b", "9"]


def test_other_namespaces_see_nothing_of_it(tiercel):
    path = flow("a2", {"format": "{{ namespace is defined }} {{ kv('limit', errorOnMissing=false) is null }}"})
    assert values(tiercel("run", path, "--format", "json")) == ["false true"]
    tiercel("run", flow("a2", {"format": "{{ secret('TOKEN') }}"}), code=1)


@pytest.mark.parametrize("version", ["1.3", "2.0"])
def test_plugin_defaults_come_down_and_the_nearest_wins(tiercel, version):
    path = flow("a.b", {}, {"format": "own"})
    assert values(tiercel("run", path, "--format", "json", "--kestra-version", version)) == ["from a.b", "own"]
    assert values(tiercel("run", flow("a.c", {}), "--format", "json", "--kestra-version", version)) == ["from a"]
    assert values(tiercel("run", flow("x", {}), "--format", "json", "--kestra-version", version)) == [None]


def test_a_flow_s_own_default_of_1_3_comes_before_its_namespace_s(tiercel):
    path = flow("a.b", {})
    Path(path).write_text(
        Path(path).read_text() + f"pluginDefaults:\n  - {{type: {RETURN}, values: {{format: of the flow}}}}\n"
    )
    assert values(tiercel("run", path, "--format", "json", "--kestra-version", "1.3")) == ["of the flow"]


def test_subflows_have_the_defaults_of_their_own_namespace(tiercel):
    flow("a.c", {})
    call = {"type": "io.kestra.plugin.core.flow.Subflow", "namespace": "a.c", "flowId": "f"}
    result = tiercel("run", flow("x", call), "--format", "jsonl")
    ended = [json.loads(line) for line in result.stdout.splitlines()]
    assert "from a" in json.dumps(ended)


def test_check_knows_what_defaults_supply(tiercel):
    request = {"type": "io.kestra.plugin.core.http.Request"}
    for version in ("1.3", "2.0"):
        tiercel("check", flow("a.b", request), "--kestra-version", version, "--no-cache")
        assert "needs `uri`" in tiercel("check", flow("x", request), "--kestra-version", version, code=1).stdout


def test_eval_sees_the_same_but_asks_no_keeper(tiercel):
    path = flow("a.b", {})
    told = "{{ namespace.stage }} {{ kv('limit') }} {{ read('x.txt') }} {{ secret('TOKEN') | length }}"
    assert tiercel("eval", told, "--flow", path).stdout == "dev 3 file of a.b 9\n"
    Path("tiercel.yaml").write_text("run: {secrets: {command: [touch, 'started-{name}']}}\n")
    tiercel("eval", "{{ secret('TOKEN') }}", "--flow", path, code=1)
    assert not Path("started-TOKEN").exists()


def test_a_namespace_may_keep_its_files_to_itself(tiercel):
    Path("tiercel.yaml").write_text(
        "namespaces:\n  a.b: {files: own-files, allowed-namespaces: [friend]}\n  friend: {}\n"
    )
    reading = {"format": "{{ read('nsfile://a.b/x.txt') }}"}
    assert values(tiercel("run", flow("friend", reading), "--format", "json")) == ["file of a.b"]
    assert values(tiercel("run", flow("a.b.below", reading), "--format", "json")) == ["file of a.b"]
    refused = tiercel("run", flow("stranger", reading), code=1)
    assert "Namespace 'a.b' does not let 'stranger' read its files" in refused.stdout
    write = {"type": "io.kestra.plugin.core.storage.Write", "content": "of a.b"}
    run = json.loads(tiercel("run", flow("a.b", write), "--format", "json").stdout)
    uri = run["taskRunList"][0]["outputs"]["uri"]
    size = {"type": "io.kestra.plugin.core.storage.Size", "uri": uri}
    assert "does not let 'stranger'" in tiercel("run", flow("stranger", size), code=1).stdout
    assert (
        "does not let 'stranger'"
        in tiercel("run", flow("stranger", {"format": f"{{{{ read('{uri}') }}}}"}), code=1).stdout
    )
    assert values(tiercel("run", flow("friend", {"format": f"{{{{ read('{uri}') }}}}"}), "--format", "json")) == [
        "of a.b"
    ]
