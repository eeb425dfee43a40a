"""Script tasks: commands, protocol, files in and out, and what must not get through."""

import json
import os
import re
import shutil
import tracemalloc
import zipfile
from pathlib import Path

import anyio
import pytest

from tests.engine.tasks.bench import Bench
from tiercel_schemas.versions import KestraVersion

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


NODE_LIBS = """const Kestra = require('@kestra-io/libs');
Kestra.outputs({a: 1});
Kestra.counter('c', 2, {k: 'v'});
Kestra.timer('t', (done) => done());
Kestra.logger().warn('careful');
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
async def test_node_scripts_may_require_kestras_library(bench):
    outputs, caught = await bench.run(type="io.kestra.plugin.scripts.node.Script", script=NODE_LIBS)
    assert outputs["vars"] == {"a": 1}
    assert [metric[:2] for metric in caught.metrics] == [("counter", "c"), ("timer", "t")]
    assert caught.shown() == ["careful"]


def wheel_in(folder, name, code):
    """A package as pip takes it, made without any build."""
    path = folder / f"{name}-1.0-py3-none-any.whl"
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr(f"{name}.py", code)
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    return path


@pytest.mark.parametrize("manager", ["PIP", "UV"])
async def test_python_dependencies_are_installed_once(bench, manager):
    wheel = wheel_in(bench.folder, "tiny_greeter", "def greet():\n    return 'hello from a dependency'\n")
    task = {
        "type": PYTHON + "Script",
        "dependencies": [str(wheel)],
        "packageManager": manager,
        "script": "import tiny_greeter, kestra\nprint(tiny_greeter.greet())",
    }
    _, caught = await bench.run(**task)
    assert caught.shown("INFO") == ["hello from a dependency"]
    assert f"Installing 1 dependencies with {manager.lower()}" in caught.shown("DEBUG")
    _, caught = await bench.run(**task)
    assert caught.shown("INFO") == ["hello from a dependency"]
    assert not any("Installing" in line for line in caught.shown("DEBUG"))
    (_environment,) = [
        each for each in (bench.folder / ".tiercel" / "cache" / "tiercel-python").iterdir() if each.is_dir()
    ]
    commands = {
        **task,
        "type": PYTHON + "Commands",
        "commands": ['python -c "import tiny_greeter as t; print(t.greet())"'],
    }
    del commands["script"]
    _, caught = await bench.run(**commands)
    assert caught.shown("INFO") == ["hello from a dependency"]


async def test_dependencies_that_can_not_be_had(bench):
    failure = await bench.failure(type=PYTHON + "Script", dependencies=[str(bench.folder / "none.whl")], script="pass")
    assert failure.message.startswith("Cannot install the dependencies:\n")
    assert "none.whl" in failure.message


async def test_an_option_is_no_dependency(bench):
    failure = await bench.failure(
        type=PYTHON + "Script", dependencies=["--index-url=http://127.0.0.1:9"], script="pass"
    )
    assert "Cannot install the dependencies" in failure.message


async def test_another_python_needs_uv(bench, monkeypatch):
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    failure = await bench.failure(
        type=PYTHON + "Script", dependencies=["x"], pythonVersion="3.4", script="pass", packageManager="PIP"
    )
    assert "Python 3.4 needs `uv`" in failure.message


@pytest.mark.parametrize(
    ("line", "outputs", "logs"),
    [
        ('::{"outputs": {"a": 1}}::', {"a": 1}, []),
        ('  ::{"outputs": {"a": 1}}::  ', {"a": 1}, []),
        # Of several on a line the first counts, since what follows a JSON value does not trouble Kestra's reader.
        ('::{"outputs": {"a": 1}}::::{"outputs": {"b": 2}}::', {"a": 1}, []),
        ('::{"outputs": {"a": 1}}:: ::{"outputs": {"b": 2}}::', {"a": 1}, []),
        ('x ::{"outputs": {"a": 1}}::', {}, ["x ::"]),
        ('::{"outputs": {"a": "::"}}::', {"a": "::"}, []),
        ('::{"outputs": [1]}::', {}, ["Invalid outputs"]),
        ('::{"outputs": {"a": 1}', {}, ["::{"]),
        ("::{}::", {}, []),
        ("::[]::", {}, ["::[]::"]),
        ('::{"outputs":{"ä":"€"}}::', {"ä": "€"}, []),
        ('::{"assets": [{"id": "x"}], "outputs": {"a": 1}}::', {"a": 1}, []),
    ],
)
async def test_forms_of_the_protocol(bench, line, outputs, logs):
    bench.directory.mkdir()
    (bench.directory / "line").write_text(line + "\n", encoding="utf-8")
    done, caught = await bench.run(type=SHELL + "Commands", commands=["cat line"])
    assert done["vars"] == outputs
    assert [any(shown.startswith(log) for shown in caught.shown()) for log in logs] == [True] * len(logs)
    assert len(caught.shown()) == len(logs)


async def test_a_message_may_come_in_several_writes(bench):
    script = "import sys, time\nfor part in ['::{\"outputs\": ', '{\"a\":', ' 1}}', '::\\n']:\n"
    script += "    sys.stdout.write(part); sys.stdout.flush(); time.sleep(0.02)\n"
    outputs, _ = await bench.run(type=PYTHON + "Script", script=script)
    assert outputs["vars"] == {"a": 1}


async def test_a_message_of_megabytes(bench):
    script = "print('::{\"outputs\": {\"a\": \"' + 'x' * 3_000_000 + '\"}}::')"
    outputs, caught = await bench.run(type=PYTHON + "Script", script=script)
    assert len(outputs["vars"]["a"]) == 3_000_000
    assert caught.shown() == []


async def test_a_thousand_outputs_and_files(bench):
    script = (
        "import json\nfor n in range(1000):\n    print('::' + json.dumps({'outputs': {f'k{n}': n}}) + '::')\n"
        "    open(f'f{n}.txt', 'w').write(str(n))\n"
    )
    outputs, _ = await bench.run(type=PYTHON + "Script", script=script, outputFiles=["*.txt"])
    assert outputs["vars"] == {f"k{n}": n for n in range(1000)}
    assert len(outputs["outputFiles"]) == 1000


async def test_binary_output_is_shown_as_text(bench):
    _, caught = await bench.run(type=SHELL + "Commands", commands=["head -c 100000 /dev/urandom", "echo; echo end"])
    assert caught.shown("INFO")[-1] == "end"
    assert all(isinstance(line, str) and line.encode("utf-8") for line in caught.shown("INFO")[:-2] if line)


class _Counting:
    """Hears of lines and keeps none."""

    def __init__(self):
        self.size = 0

    def log(self, level, message):
        self.size += len(message)

    def metric(self, *_):
        pass

    def outputs(self, _values):
        pass


@pytest.mark.parametrize(
    ("command", "size", "limit"),
    [("yes 0123456789 | head -c 8000000", 7_000_000, 4 << 20), ("head -c 60000000 /dev/zero", 60_000_000, 20 << 20)],
)
async def test_much_output_takes_little_memory(bench, command, size, limit, monkeypatch):
    counting = _Counting()
    monkeypatch.setattr("tests.engine.tasks.bench.Caught", lambda: counting)
    tracemalloc.start()
    try:
        await bench.run(type=SHELL + "Commands", commands=[command])
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert counting.size >= size
    assert most < limit


async def test_a_script_that_forks_and_hangs_does_not_hold_the_task(bench):
    _, caught = await bench.run(type=SHELL + "Commands", commands=["sleep 300 & echo $!", "echo done"])
    pid, done = caught.shown("INFO")
    assert done == "done"
    with anyio.fail_after(10):
        while _is_alive(int(pid)):  # noqa: ASYNC110
            await anyio.sleep(0.01)


def _is_alive(pid):
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


@pytest.mark.parametrize(
    "given",
    [
        {"a.txt": "x"},
        '{"a.txt": "x"}',
        "{{ {'a.txt': 'x'} }}",
        {"{{ 'a' }}.txt": "{{ 'x' }}"},
        {"a.txt": "URI"},
        {"a.txt": "nsfile:///n.txt"},
        {"a.txt": "nsfile://my.ns/n.txt"},
    ],
)
async def test_input_files_in_every_form(bench, given):
    uri = bench.services.storage.put("my/ns/f/executions/exec/x.txt", b"x")
    bench.services.files.write("my.ns", "n.txt", b"x")
    if given == {"a.txt": "URI"}:
        given = {"a.txt": uri}
    _, caught = await bench.run(type=SHELL + "Commands", inputFiles=given, commands=["cat a.txt; echo"])
    assert caught.shown("INFO") == ["x"]


async def test_files_of_the_machine_are_not_handed_out(bench):
    failure = await bench.failure(type=SHELL + "Commands", inputFiles={"a": "file:///etc/hostname"}, commands=["true"])
    assert "file:///etc/hostname" in failure.message


@pytest.mark.parametrize("policy", ["OVERWRITE", "FAIL", "WARN", "IGNORE"])
async def test_namespace_files_that_are_there_already(bench, policy):
    bench.services.files.write("my.ns", "a.txt", b"new")
    bench.services.files.write("my.ns", "skip/b.txt", b"b")
    bench.directory.mkdir()
    (bench.directory / "a.txt").write_text("old")
    task = {
        "type": SHELL + "Commands",
        "namespaceFiles": {"include": ["*.txt", "skip/**"], "exclude": ["skip/**"], "ifExists": policy},
        "commands": ["cat a.txt; echo; ls"],
    }
    if policy == "FAIL":
        assert "a.txt" in (await bench.failure(**task)).message
        return
    _, caught = await bench.run(**task)
    lines = [line for line in caught.shown("INFO") if "namespace files" not in line]
    assert lines == ["new" if policy == "OVERWRITE" else "old", "a.txt"]
    assert bool(caught.shown("WARN")) is (policy == "WARN")


async def test_namespace_files_by_namespace(bench):
    bench.services.files.write("my.other", "a.txt", b"x")
    settings = {"enabled": True, "namespaces": ["my.other"], "folderPerNamespace": True}
    _, caught = await bench.run(type=SHELL + "Commands", namespaceFiles=settings, commands=["cat my.other/a.txt; echo"])
    assert caught.shown("INFO")[-1] == "x"


async def test_the_old_output_directory(tmp_path):
    bench = Bench(tmp_path, KestraVersion.V1_3)
    outputs, _ = await bench.run(
        type=SHELL + "Commands",
        outputDirectory=True,
        commands=["echo x > {{ outputDir }}/a.txt", "test -d $OUTPUT_DIR"],
    )
    assert list(outputs["outputFiles"]) == ["a.txt"]
    assert "Using task runner" in bench.last.logs[0][1]


async def test_files_of_any_name_and_kind_are_collected_or_left_alone(bench):
    commands = [
        r"""echo 1 > "$(printf 'bad\377.txt')"; echo 2 > "$(printf 'bad\376.txt')" """,
        r"""echo 3 > "$(printf 'new\nline.txt')" """,
        "echo 4 > '%41.txt'; echo 5 > 'a?b#c.txt'; echo 6 > -dash",
        "ln -s / root; ln -s . self; ln -s nowhere dangling; mkfifo pipe; mkdir empty",
        "ln -- -dash hard; ln -s ./-dash soft",
    ]
    outputs, _ = await bench.run(type=SHELL + "Commands", outputFiles=["**"], commands=commands)
    stored = {
        name: bench.services.storage.read_bytes(uri).decode().strip() for name, uri in outputs["outputFiles"].items()
    }
    bad = {name: stored.pop(name) for name in [*stored] if name.startswith("bad")}
    assert sorted(bad.values()) == ["1", "2"]
    assert stored == {"new\nline.txt": "3", "%41.txt": "4", "a?b#c.txt": "5", "-dash": "6", "hard": "6", "soft": "6"}
