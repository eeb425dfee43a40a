"""`tiercel run` as people and scripts meet it: exit codes, formats, complaints, and Ctrl-C."""

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from tiercel_server.cli.main import cli
from tiercel_server.cli.running.views.tree import TreeView

LOG = "io.kestra.plugin.core.log.Log"
PROCESS = "taskRunner: {type: io.kestra.plugin.core.runner.Process}"
posix = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments, **more):
        return CliRunner().invoke(cli, ["run", *arguments], **more)

    return invoke


def write(name, text):
    Path(name).write_text(text, encoding="utf-8")
    return name


def flow(tasks, head=""):
    return f"id: f\nnamespace: my.ns\n{head}tasks:\n{tasks}\n"


HELLO = flow(
    f"  - {{id: a, type: {LOG}, message: 'Hello {{{{ inputs.n }}}}'}}", "inputs:\n  - {id: n, type: INT, defaults: 1}\n"
)
FAIL = flow("  - {id: a, type: io.kestra.plugin.core.execution.Fail, errorMessage: boom}")


def test_text_shows_logs_states_and_outputs(run):
    result = run(write("a.yaml", HELLO + "outputs:\n  - {id: o, type: STRING, value: 'x'}\n"), "--input", "n=7")
    assert result.exit_code == 0
    assert "INFO  a | Hello 7" in result.stdout
    assert "my.ns.f SUCCESS" in result.stdout
    assert "o = x" in result.stdout


def test_a_failure_is_exit_code_1_and_its_message_is_told(run):
    result = run(write("a.yaml", FAIL))
    assert result.exit_code == 1
    assert "ERROR a | boom" in result.stdout
    assert "my.ns.f FAILED" in result.stdout


def test_a_warning_is_exit_code_0(run):
    result = run(write("a.yaml", FAIL.replace("boom}", "boom, allowFailure: true}")))
    assert (result.exit_code, "f WARNING" in result.stdout) == (0, True)


def test_json_is_the_finished_execution(run):
    result = run(write("a.yaml", HELLO), "--format", "json", "--label", "team=data")
    execution = json.loads(result.stdout)
    assert execution["state"]["current"] == "SUCCESS"
    assert [step["state"] for step in execution["state"]["histories"]] == ["CREATED", "RUNNING", "SUCCESS"]
    assert execution["inputs"] == {"n": 1}
    assert {"key": "team", "value": "data"} in execution["labels"]
    assert [task["taskId"] for task in execution["taskRunList"]] == ["a"]


def test_jsonl_is_one_event_a_line_in_order(run):
    events = [json.loads(line) for line in run(write("a.yaml", HELLO), "--format", "jsonl").stdout.splitlines()]
    kinds = [event["event"] for event in events]
    assert kinds[0] == "execution.created"
    assert kinds[-1] == "execution.finished"
    assert all("time" in event and "executionId" in event for event in events)
    times = [event["time"] for event in events]
    assert times == sorted(times)


def test_standard_input(run):
    result = run("-", "--input", "n=3", input=HELLO)
    assert (result.exit_code, "Hello 3" in result.stdout) == (0, True)


def test_inputs_from_a_file_give_way_to_flags(run):
    write("in.json", '{"n": 5}')
    assert "Hello 5" in run(write("a.yaml", HELLO), "--inputs-file", "in.json").stdout
    assert "Hello 6" in run("a.yaml", "--inputs-file", "in.json", "--input", "n=6").stdout


def test_subflows_are_found_in_the_workspace(run, tmp_path):
    (tmp_path / "flows").mkdir()
    write("flows/child.yaml", HELLO.replace("id: f", "id: child"))
    caller = flow(
        "  - {id: s, type: io.kestra.plugin.core.flow.Subflow, namespace: my.ns, flowId: child, inputs: {n: 4}}"
    )
    result = run(write("a.yaml", caller))
    assert (result.exit_code, "Hello 4" in result.stdout) == (0, True)
    (tmp_path / "empty").mkdir()
    assert run("a.yaml", "--workspace", "empty").exit_code == 1


def test_the_project_file_sets_version_and_globals(run):
    write("tiercel.yaml", "kestra-version: 1.3\nglobals: {g: from project}\n")
    each = f"""  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: [x]
    tasks: [{{id: a, type: {LOG}, message: '{{{{ taskrun.value }}}} {{{{ globals.g }}}}'}}]"""
    result = run(write("a.yaml", flow(each)))
    assert (result.exit_code, "x from project" in result.stdout) == (0, True)
    assert run("a.yaml", "--kestra-version", "2.0").exit_code == 2


REFUSALS = {
    "no file": (["nope.yaml"], None, "There is no file nope.yaml."),
    "a near name": (["a.yml"], HELLO, "Did you mean a.yaml"),
    "a folder": (["."], None, ". is a folder."),
    "no flow": (["a.yaml"], "a: 1\n", "a.yaml holds no flow."),
    "empty": (["a.yaml"], "", "a.yaml holds no flow."),
    "several flows": (["a.yaml"], HELLO + "---\n" + FAIL.replace("id: f", "id: g"), "a.yaml holds 2 flows: f, g."),
    "unknown flow": (["a.yaml", "--flow", "g"], HELLO, "a.yaml has no flow 'g'."),
    "disabled": (["a.yaml"], "disabled: true\n" + HELLO, "Flow 'f' is disabled"),
    "bad input": (["a.yaml", "--input", "n=x"], HELLO, "Cannot convert value 'x' to Integer"),
    "no pair": (["a.yaml", "--input", "n"], HELLO, "'--input n' is no NAME=VALUE."),
    "bad label": (["a.yaml", "--label", "system.x=1"], HELLO, "set by Kestra itself"),
    "no inputs file": (["a.yaml", "--inputs-file", "no.yaml"], HELLO, "There is no inputs file no.yaml."),
    "structure": (["a.yaml"], HELLO.replace("message", "mesage"), "a.yaml:6:"),
    "unknown type": (
        ["a.yaml"],
        flow("  - {id: a, type: io.kestra.plugin.gcp.bigquery.Query, sql: x}"),
        "task 'a' has type",
    ),
    "broken yaml": (["a.yaml"], HELLO + "  x: [\n", "a.yaml"),
    "a check": (
        ["a.yaml"],
        HELLO + "checks:\n  - {when: '{{ inputs.n > 5 }}', message: n is too small}\n",
        "n is too small",
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_refusals_are_exit_code_2_with_a_reason_and_no_traceback(run, case):
    arguments, text, told = REFUSALS[case]
    if text is not None:
        write("a.yaml", text)
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    assert told in result.stderr
    assert "Traceback" not in result.output
    assert "execution" not in result.stdout.lower()


@pytest.mark.parametrize(
    ("data", "told"), [(b"\xff\xfei\x00d\x00", "encoded as UTF-16"), (b"id: a\n# \xe9\n", "byte 0xe9 in line 2")]
)
def test_unreadable_encodings(run, data, told):
    Path("a.yaml").write_bytes(data)
    result = run("a.yaml")
    assert (result.exit_code, told in result.stderr) == (2, True)


def test_all_bad_inputs_are_told_at_once(run):
    head = "inputs:\n  - {id: a, type: INT}\n  - {id: b, type: DATE}\n  - {id: c, type: STRING}\n"
    result = run(write("a.yaml", flow(f"  - {{id: t, type: {LOG}, message: x}}", head)), "-i", "a=x", "-i", "b=y")
    for told in ("input `a`", "input `b`", "Missing required input:c"):
        assert told in result.stderr


@posix
def test_a_replaced_runner_is_said_before_the_run_and_can_be_refused(run):
    write("a.yaml", flow("  - {id: sh, type: io.kestra.plugin.scripts.shell.Commands, commands: [echo hi]}"))
    result = run("a.yaml", "--format", "jsonl")
    events = [json.loads(line) for line in result.stdout.splitlines()]
    assert (events[0]["event"], events[0]["code"], events[0]["taskId"]) == ("notice", "runner-replaced", "sh")
    refused = run("a.yaml", "--runner", "docker", "--format", "jsonl")
    notice = json.loads(refused.stdout)
    assert (refused.exit_code, notice["level"], notice["code"]) == (2, "ERROR", "unsupported")
    assert "--runner process" in refused.stderr
    write("tiercel.yaml", "run: {runner: docker}\n")
    assert run("a.yaml").exit_code == 2
    assert run("a.yaml", "--runner", "process").exit_code == 0


def test_what_a_run_leaves_behind_ignores_itself(run):
    run(write("a.yaml", HELLO))
    assert Path(".tiercel/.gitignore").read_text() == "*\n"
    assert Path(".tiercel/executions.db").is_file()


@posix
def test_a_secret_is_shown_nowhere(run, monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "aHVzaC1odXNo")
    tasks = f"""  - {{id: a, type: {LOG}, message: "{{{{ secret('TOKEN') }}}}"}}
  - id: b
    type: io.kestra.plugin.scripts.shell.Commands
    {PROCESS}
    env: {{T: "{{{{ secret('TOKEN') }}}}"}}
    commands: ["echo $T; echo $T | base64", "echo '::{{\\"outputs\\":{{\\"t\\":\\"'$T'\\"}}}}::'", "cat /nope-$T"]"""
    for format_name in ("text", "json", "jsonl"):
        result = run(write("a.yaml", flow(tasks)), "--format", format_name)
        assert result.exit_code == 1, result.output
        for spelling in ("hush-hush", "aHVzaC1odXNo"):
            assert spelling not in result.output
    for path in Path(".tiercel").rglob("*"):
        if path.is_file():
            assert b"hush-hush" not in path.read_bytes(), path


def test_control_characters_do_not_reach_a_terminal(run):
    text = HELLO.replace("Hello", "Hello").replace("'Hello {{ inputs.n }}'", '"a\\e[31mb\\x07c"')
    result = run(write("a.yaml", text))
    assert "a | abc" in result.stdout


@posix
@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_once_kills_cleanly_twice_leaves(tmp_path, times):
    stubborn = "trap '' TERM; echo started; while true; do sleep 0.1; done" if times == 2 else "echo started; sleep 300"
    text = flow(
        f'  - id: sh\n    type: io.kestra.plugin.scripts.shell.Commands\n    {PROCESS}\n    commands: ["{stubborn}"]'
    )
    (tmp_path / "a.yaml").write_text(text)
    process = subprocess.Popen(
        [sys.executable, "-m", "tiercel_server", "run", "a.yaml", "--format", "jsonl"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        events = []
        for line in process.stdout:
            events.append(json.loads(line))
            if events[-1].get("message") == "started":
                process.send_signal(signal.SIGINT)
                break
        if times == 2:
            for line in process.stdout:
                if json.loads(line).get("state") == "KILLING":
                    process.send_signal(signal.SIGINT)
                    break
        output, errors = process.communicate(timeout=30)
    finally:
        process.kill()
    assert "Traceback" not in errors
    if times == 2:
        assert process.returncode == 130
        return
    events += [json.loads(line) for line in output.splitlines()]
    assert process.returncode == 1
    assert events[-1]["event"] == "execution.finished"
    assert events[-1]["state"] == "KILLED"


def test_the_tree_shows_task_runs_below_one_another():
    console = Console(force_terminal=True, width=100, record=True, file=io.StringIO())
    view = TreeView("INFO", console)
    base = {"executionId": "e", "time": "2026-01-01T00:00:00.000000Z"}
    created = {"event": "execution.created", "namespace": "n", "flowId": "f", "kestraVersion": "2.0"}
    for event in (
        created,
        {"event": "taskrun.created", "taskRunId": "1", "taskId": "outer"},
        {"event": "taskrun.created", "taskRunId": "2", "taskId": "inner", "parentTaskRunId": "1", "value": "v"},
        {"event": "log", "taskRunId": "2", "taskId": "inner", "level": "INFO", "message": "[bold]no markup[/]"},
        {"event": "taskrun.state", "taskRunId": "2", "taskId": "inner", "state": "FAILED", "message": "boom"},
        {"event": "execution.state", "state": "FAILED"},
    ):
        view.take({**base, **event})
    view.close()
    shown = console.export_text()
    assert "[bold]no markup[/]" in shown
    assert shown.rindex("outer") < shown.rindex("inner[v]") < shown.rindex("boom")


@pytest.mark.parametrize(("option", "argument"), [("-i", "n=\udce9"), ("-l", "a=\udce9")])
def test_bytes_that_are_no_text_are_refused(run, option, argument):
    result = run(write("a.yaml", HELLO), option, argument)
    assert (result.exit_code, "=\\xe9' is not UTF-8 text." in result.stderr) == (2, True)


def test_a_project_file_that_yaml_cannot_read_stops_the_run(run):
    write("tiercel.yaml", "# ours\na: [\n")
    result = run(write("a.yaml", HELLO))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "tiercel.yaml can't be used:" in result.stderr
    assert "tiercel.yaml:2:" in result.stderr or "tiercel.yaml:3:" in result.stderr


def test_a_project_file_that_is_a_folder_stops_the_run(run):
    Path("tiercel.yaml").mkdir()
    result = run(write("a.yaml", HELLO))
    assert (result.exit_code, "tiercel.yaml can't be read: it is a folder, not a file." in result.stderr) == (2, True)


def test_a_project_file_that_may_not_be_read_stops_the_run(run):
    Path(write("tiercel.yaml", "")).chmod(0)
    if os.access("tiercel.yaml", os.R_OK):
        pytest.skip("nothing is unreadable to root, nor on Windows")
    result = run(write("a.yaml", HELLO))
    assert (result.exit_code, "tiercel.yaml can't be read: Permission denied." in result.stderr) == (2, True)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_not_waited_for(run):
    os.mkfifo("a.yaml")
    result = run("a.yaml")
    assert (result.exit_code, "a.yaml is not a regular file." in result.stderr) == (2, True)


def test_a_broken_link_says_where_it_leads(run):
    Path("a.yaml").symlink_to("gone.yaml")
    result = run("a.yaml")
    assert (result.exit_code, "a.yaml is a link to gone.yaml, which does not exist." in result.stderr) == (2, True)


@pytest.mark.parametrize("number", ["x", "0", "-1", "1.5"])
def test_the_most_tasks_at_once_are_a_number(run, number):
    result = run(write("a.yaml", HELLO), f"--max-parallel={number}")
    assert (result.exit_code, f"'{number}' is no number of tasks: give 1 or more." in result.stderr) == (2, True)


@pytest.mark.parametrize(("option", "offered"), [("--nope", None), ("--imput", "--input")])
def test_only_near_options_are_offered(run, option, offered):
    result = run("a.yaml", option)
    assert (result.exit_code, "No such option" in result.stderr) == (2, True)
    assert ("Did you mean" in result.stderr, (offered or "") in result.stderr) == (offered is not None, True)


@pytest.mark.parametrize(
    ("kind", "value", "told"), [("JSON", "{", "`n`"), ("YAML", "a: [", "`n`"), ("FILE", "gone.txt", "No such file")]
)
def test_a_refused_input_is_named_in_plain_words(run, kind, value, told):
    result = run(write("a.yaml", HELLO.replace("type: INT, defaults: 1", f"type: {kind}")), "-i", f"n={value}")
    assert (result.exit_code, told in result.stderr, "`n`" in result.stderr) == (2, True, True), result.stderr
    assert "Errno" not in result.stderr


def test_an_inputs_file_that_is_no_text_is_told_in_plain_words(run):
    Path("i.yaml").write_bytes(b"n: 1\nm: \xe9\n")
    result = run(write("a.yaml", HELLO), "--inputs-file", "i.yaml")
    assert (result.exit_code, "i.yaml is not UTF-8: byte 0xe9 in line 2." in result.stderr) == (2, True)


def test_links_between_executions_are_put_in_words(run):
    write("sub.yaml", FAIL.replace("id: f", "id: sub").replace("boom}", "boom, allowFailure: true}"))
    task = "  - {id: s, type: io.kestra.plugin.core.flow.Subflow, namespace: my.ns, flowId: sub}"
    result = run(write("a.yaml", flow(task)))
    assert " of my.ns.sub" in result.stdout
    assert "[[link" not in result.stdout
    assert "[[link" in run("a.yaml", "--format", "jsonl").stdout
