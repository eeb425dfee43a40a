"""`tiercel secrets check`: what is read, by whom, and what is missing; never a value."""

import base64
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tiercel_server.cli.main import cli

LOG = "io.kestra.plugin.core.log.Log"


@pytest.fixture
def check(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments, code=0, **variables):
        environment = {f"SECRET_{name}": base64.b64encode(value.encode()).decode() for name, value in variables.items()}
        result = CliRunner().invoke(cli, ["secrets", "check", *arguments], env=environment)
        assert result.exit_code == code, result.output
        assert not any(value in result.output for value in variables.values())
        return result

    return invoke


def flow(name, *messages, namespace="a.b", more=""):
    tasks = "".join(
        f"  - {{id: t{number}, type: {LOG}, message: {json.dumps(message)}}}\n"
        for number, message in enumerate(messages)
    )
    Path(f"{name}.yaml").write_text(f"id: {name}\nnamespace: {namespace}\ntasks:\n{tasks}{more}")
    return f"{name}.yaml"


CALL = "  - {id: call, type: io.kestra.plugin.core.flow.Subflow, namespace: a.b, flowId: child}\n"


def test_secrets_of_a_flow_and_its_subflows(check):
    flow(
        "child", "{{ secret(key='Other') }}", "{% if secret('TOKEN') == 'x' %}{{ secret('other') | upper }}{% endif %}"
    )
    path = flow("f", "{{ secret('token') }}", more=CALL)
    rows = json.loads(check(path, "--format", "json", code=1, TOKEN="hush-hush").stdout)
    assert rows == [
        {"namespace": "a.b", "name": "TOKEN", "found": True, "readBy": ["a.b.f: t0", "a.b.child: t1"]},
        {"namespace": "a.b", "name": "OTHER", "found": False, "readBy": ["a.b.child: t0", "a.b.child: t1"]},
    ]
    assert "MISSING" in check(path, code=1, TOKEN="hush-hush").stdout
    check(path, TOKEN="hush-hush", OTHER="not-you")


def test_names_known_at_run_time_only_are_shown_as_such(check):
    path = flow("f", "{{ secret(inputs.which) }}", "{{ secret('A', namespace=vars.x) }}")
    rows = json.loads(check(path, "--format", "json").stdout)
    assert [(row["name"], row["found"]) for row in rows] == [("inputs.which", None), ("A", None)]


def test_a_namespace_has_keepers_of_its_own_and_those_above(check, tmp_path):
    (tmp_path / ".env.a").write_text("ABOVE=first-one\n")
    (tmp_path / ".env.c").write_text("ELSEWHERE=second-one\n")
    (tmp_path / "tiercel.yaml").write_text(
        "namespaces:\n  a: {secrets: {dotenv: .env.a}}\n  c: {secrets: {dotenv: .env.c}}\n"
    )
    path = flow("f", "{{ secret('ABOVE') }}", "{{ secret('ELSEWHERE') }}", "{{ secret('ELSEWHERE', 'c') }}")
    rows = json.loads(check(path, "--format", "json", code=1).stdout)
    found = [(row["namespace"], row["name"], row["found"]) for row in rows]
    assert found == [("a.b", "ABOVE", True), ("a.b", "ELSEWHERE", False), ("c", "ELSEWHERE", True)]


def test_a_keeper_that_fails_is_told(check, tmp_path):
    (tmp_path / "tiercel.yaml").write_text("run: {secrets: {command: [no-such-program, '{name}']}}\n")
    result = check(flow("f", "{{ secret('A') }}"), code=1)
    assert "MISSING" in result.stdout
    assert "`no-such-program` can't be started" in result.stderr


def test_a_flow_without_secrets_needs_none(check):
    assert "reads no secrets" in check(flow("f", "hello, secret('x')")).stderr
    check("nothing.yaml", code=2)
