"""Script tasks: commands, protocol, files in and out, and what must not get through."""

import json
import os
import re
import shutil

import pytest

from tests.engine.tasks.bench import Bench

pytestmark = [pytest.mark.anyio, pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")]
SHELL = "io.kestra.plugin.scripts.shell."
PYTHON = "io.kestra.plugin.scripts.python."


async def test_the_protocol_line_by_line(bench):
    lines = [
        '::{"outputs": {"a": 1, "gone": null}}::',
        '::{"outputs": {"a": 2, "b": {"c": []}}, "logs": [{"level": "WARN", "message": "hi"}]}::',
        '::{"metrics": [{"name": "n", "type": "counter", "value": 2, "tags": {"k": "v"}}]}::',
        '::{"metrics": [{"name": "t", "type": "timer", "value": "PT1.5S"}]}::',
        'inline ::{"outputs": {"x": 1}}::',
        "::{broken}::",
    ]
    (bench.folder / "work").mkdir()
    (bench.folder / "work" / "lines").write_text("\n".join(lines) + "\n")
    outputs, caught = await bench.run(type=SHELL + "Commands", commands=["cat lines", "echo oops >&2"])
    assert outputs == {"vars": {"a": 2, "b": {"c": []}}, "exitCode": 0, "outputFiles": {}}
    assert caught.shown("WARN") == ["hi", "Invalid outputs '::{broken}::'"]
    assert caught.shown("INFO") == ['inline ::{"outputs": {"x": 1}}::']
    assert caught.shown("ERROR") == ["oops"]
    assert caught.metrics == [("counter", "n", 2.0, {"k": "v"}), ("timer", "t", 1.5, {})]


async def test_a_failing_command_keeps_outputs_and_files(bench):
    failure = await bench.failure(
        type=SHELL + "Commands",
        outputFiles=["*.txt"],
        commands=['echo \'::{"outputs": {"a": 1}}::\'', "echo data > out.txt", "exit 7", "echo never"],
    )
    assert failure.message == "Command failed with exit code 7"
    assert (failure.outputs["vars"], failure.outputs["exitCode"]) == ({"a": 1}, 7)
    assert bench.services.storage.read_bytes(failure.outputs["outputFiles"]["out.txt"]) == b"data\n"


async def test_a_command_ended_by_a_signal_has_the_exit_code_of_shells(bench):
    failure = await bench.failure(type=SHELL + "Commands", commands=["kill -9 $$"])
    assert failure.outputs["exitCode"] == 137


async def test_fail_fast_can_be_turned_off(bench):
    outputs, caught = await bench.run(type=SHELL + "Commands", failFast=False, commands=["false", "echo still"])
    assert (outputs["exitCode"], caught.shown("INFO")) == (0, ["still"])


async def test_before_commands_are_detail(bench):
    _, caught = await bench.run(type=SHELL + "Commands", beforeCommands=["echo b"], commands=["echo c"])
    assert "b" in caught.shown("DEBUG")
    assert caught.shown("INFO") == ["c"]


async def test_files_environment_and_directories(bench):
    bench.services.files.write("my.ns", "lib/tool.sh", b"echo tool")
    outputs, caught = await bench.run(
        type=SHELL + "Script",
        env={"WHO": "{{ flow.id }}", "N": 5},
        namespaceFiles={"enabled": True},
        inputFiles={"d/in.json": '{"a": 1}', "data.txt": "{{ 1 + 1 }}"},
        outputFiles=["out/*.txt"],
        script="sh lib/tool.sh\necho $WHO $N\ncat d/in.json data.txt\nmkdir out\necho x > out/a.txt\n"
        "[ \"$WORKING_DIR\" = '{{ workingDir }}' ] && echo same",
    )
    assert caught.shown("INFO")[1:] == ["tool", "f 5", '{"a": 1}2same']
    assert list(outputs["outputFiles"]) == ["out/a.txt"]


async def test_output_files_keep_their_path_as_key_and_their_name_in_storage(bench):
    outputs, _ = await bench.run(
        type=SHELL + "Commands", outputFiles=["**"], commands=["mkdir d", "echo x > 'd/a b ü.txt'", "echo y > top.txt"]
    )
    files = outputs["outputFiles"]
    assert list(files) == ["d/a b ü.txt", "top.txt"]
    assert re.fullmatch(
        r"kestra:///my/ns/f/executions/exec/tasks/t/run1/\w{22}-a\+b\+%C3%BC\.txt", files["d/a b ü.txt"]
    )
    assert bench.services.storage.read_bytes(files["d/a b ü.txt"]) == b"x\n"


async def test_stored_files_are_put_beside_the_script(bench):
    uri = bench.services.storage.put("my/ns/x.txt", b"stored")
    _, caught = await bench.run(type=SHELL + "Commands", commands=[f"cat {uri}; echo"])
    assert caught.shown("INFO") == ["stored"]


async def test_a_python_script_and_its_context_file(bench):
    _, caught = await bench.run(
        type=PYTHON + "Script",
        executionContext=True,
        script="import json\nprint(sorted(json.load(open('.kestra-execution-context.json'))))\nprint('{{ flow.id }}')",
    )
    assert caught.shown("INFO") == ["['execution', 'flow']", "f"]


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
async def test_a_node_script(bench):
    _, caught = await bench.run(type="io.kestra.plugin.scripts.node.Script", script="console.log(1 + 1)")
    assert caught.shown("INFO") == ["2"]


async def test_secrets_of_the_environment_do_not_reach_scripts(bench, monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "aGk=")
    monkeypatch.setenv("PLAIN", "yes")
    _, caught = await bench.run(type=SHELL + "Commands", commands=["echo ${SECRET_TOKEN:-none} $PLAIN"])
    assert caught.shown("INFO") == ["none yes"]


@pytest.mark.parametrize("name", ["../out.txt", "/etc/x", "a/../../x", "C:/x"])
async def test_input_files_stay_inside(bench, name):
    failure = await bench.failure(type=SHELL + "Commands", inputFiles={name: "x"}, commands=["true"])
    assert "leaves" in failure.message
    assert not (bench.folder / "out.txt").exists()


async def test_links_out_of_the_directory_are_not_collected(bench):
    (bench.folder / "secret.txt").write_text("hush")
    outputs, _ = await bench.run(
        type=SHELL + "Commands", outputFiles=["**"], commands=["ln -s ../secret.txt link.txt", "echo x > own.txt"]
    )
    assert list(outputs["outputFiles"]) == ["own.txt"]


async def test_a_docker_runner_is_said_no_to_when_asked_for(tmp_path):
    from dataclasses import replace

    from tiercel_engine.runners import RunnerMode, RunnerPolicy

    bench = Bench(tmp_path)
    bench.services = replace(bench.services, runners=RunnerPolicy(RunnerMode.DOCKER))
    failure = await bench.failure(type=SHELL + "Commands", commands=["true"])
    assert "--runner process" in failure.message
    explicit = {"type": "io.kestra.plugin.core.runner.Process"}
    outputs, _ = await bench.run(type=SHELL + "Commands", taskRunner=explicit, commands=["true"])
    assert outputs["exitCode"] == 0


async def test_ten_megabytes_of_output_come_through(bench):
    _, caught = await bench.run(type=SHELL + "Commands", commands=["yes 123456789 | head -n 1000000 | tail -n 1000000"])
    assert len(caught.logs) > 1_000_000


async def test_commands_may_be_an_expression(tmp_path):
    bench = Bench(tmp_path, inputs={"lines": ["echo a", "echo b"]})
    _, caught = await bench.run(type=SHELL + "Commands", commands="{{ inputs.lines }}")
    assert caught.shown("INFO") == ["a", "b"]


async def test_context_file_is_json(bench):
    await bench.run(type=SHELL + "Commands", executionContext=True, commands=["true"])
    assert json.loads((bench.directory / ".kestra-execution-context.json").read_text())["flow"]["id"] == "f"


KESTRA = """from kestra import Kestra
Kestra.outputs({'a': 1})
Kestra.counter('c', 2, {'k': 'v'})
Kestra.timer('t', lambda: None)
Kestra.logger().warning('careful')
"""


async def test_scripts_may_import_kestra(bench):
    outputs, caught = await bench.run(type=PYTHON + "Script", script=KESTRA)
    assert outputs["vars"] == {"a": 1}
    assert [metric[:2] for metric in caught.metrics] == [("counter", "c"), ("timer", "t")]
    assert caught.shown() == ["careful"]


async def test_an_installed_kestra_takes_its_place(bench, monkeypatch):
    installed = bench.folder / "site" / "kestra"
    installed.mkdir(parents=True)
    (installed / "__init__.py").write_text(
        "class Kestra:\n    outputs = staticmethod(lambda values: print('own', values))\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(installed.parent))
    _, caught = await bench.run(type=PYTHON + "Script", script="from kestra import Kestra\nKestra.outputs({'a': 1})")
    assert caught.shown() == ["own {'a': 1}"]
