"""Inputs from the environment, and asked for in a real terminal (a pty)."""

import json
import os
import re
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from tiercel_server.cli.main import cli

RETURN = "io.kestra.plugin.core.debug.Return"
posix = pytest.mark.skipif(os.name != "posix", reason="needs a pty")


def write(folder, inputs, *, more=""):
    path = Path(folder) / "f.yaml"
    path.write_text(
        f"id: f\nnamespace: my.ns\n{more}inputs:\n"
        + "".join(f"  - {json.dumps(item)}\n" for item in inputs)
        + f"tasks:\n  - {{id: a, type: {RETURN}, format: '{{{{ inputs }}}}'}}\n"
    )
    return str(path)


def run(folder, inputs, *arguments, code=0, **environment):
    done = CliRunner().invoke(
        cli, ["run", write(folder, inputs), "--format", "json", *arguments], env=environment, input=""
    )
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)["inputs"] if code == 0 else done.stderr


def test_the_environment_comes_after_flags_and_files(tmp_path):
    inputs = [
        {"id": "city", "type": "STRING", "defaults": "Graz"},
        {"id": "db.host", "type": "STRING"},
        {"id": "n-rows", "type": "INT"},
        {"id": "form", "type": "FORM", "inputs": [{"id": "x", "type": "BOOL"}]},
    ]
    environment = {
        "TIERCEL_INPUT_CITY": "Wien", "TIERCEL_INPUT_DB_HOST": "h", "TIERCEL_INPUT_N_ROWS": "3",
        "TIERCEL_INPUT_FORM_X": "true", "TIERCEL_INPUT_OTHER": "x",
    }  # fmt: skip
    expected = {"city": "Wien", "db": {"host": "h"}, "n-rows": 3, "form": {"x": True}}
    assert run(tmp_path, inputs, **environment) == expected
    file = tmp_path / "in.yaml"
    file.write_text("db: {host: filed}\nform: {x: false}\n")
    expected = {"city": "Linz", "db": {"host": "filed"}, "n-rows": 3, "form": {"x": False}}
    assert run(tmp_path, inputs, "--inputs-file", str(file), "--input", "city=Linz", **environment) == expected


def test_nobody_is_asked_without_a_terminal(tmp_path):
    told = run(tmp_path, [{"id": "a", "type": "INT"}, {"id": "b", "type": "INT"}], code=2)
    assert "Missing required input:a" in told
    assert "Missing required input:b" in told


class Person:
    """Someone before a terminal."""

    def __init__(self, folder, inputs, *arguments, more=""):
        import pexpect

        self.errors = (pexpect.EOF, pexpect.TIMEOUT)
        command = ["-m", "tiercel_server", "run", write(folder, inputs, more=more), "--format", "json", *arguments]
        environment = {**os.environ, "TERM": "dumb", "COLUMNS": "200"}
        self.child = pexpect.spawn(
            sys.executable,
            command,
            cwd=str(folder),
            env=environment,
            encoding="utf-8",
            timeout=60,
            dimensions=(50, 200),
        )

    def answers(self, question, text):
        self.child.expect(question)
        self.child.sendline(text)

    def sees(self, text):
        self.child.expect_exact(text)

    def ends(self):
        """The code and all that was printed since the last thing seen."""
        self.child.expect(self.errors[0])
        self.child.close()
        return self.child.exitstatus, self.child.before

    def inputs(self):
        code, printed = self.ends()
        assert code == 0, printed
        return json.loads(printed[printed.index("{\r\n") :])["inputs"]


@posix
def test_each_type_has_its_question(tmp_path):
    (tmp_path / "data.csv").write_text("x\n")
    person = Person(
        tmp_path,
        [
            {"id": "name", "type": "STRING", "displayName": "Your name", "description": "As on the door."},
            {"id": "n", "type": "INT", "min": 2},
            {"id": "ok", "type": "BOOL"},
            {"id": "day", "type": "DATE"},
            {"id": "size", "type": "SELECT", "values": ["S", {"label": "Large", "value": "L"}]},
            {"id": "many", "type": "MULTISELECT", "values": ["a", "b", "c"]},
            {"id": "list", "type": "ARRAY", "itemType": "INT"},
            {"id": "file", "type": "FILE", "allowedFileExtensions": [".csv"]},
            {"id": "known", "type": "STRING", "defaults": "d"},
            {"id": "free", "type": "STRING", "required": False},
            {"id": "hint", "type": "STRING", "prefill": "suggested"},
        ],
    )
    person.sees("As on the door.")
    person.answers("Your name: ", "Ada")
    person.answers(r"n \(a whole number\): ", "1")
    person.sees("it must be more than `2`")
    person.answers(r"n \(a whole number\): ", "7")
    person.answers(r"ok \[y/n\]: ", "y")
    person.answers(r"day \(YYYY-MM-DD\): ", "2026-02-30")
    person.sees("Cannot convert value '2026-02-30'")
    person.answers(r"day \(YYYY-MM-DD\): ", "2026-02-28")
    person.sees("2) Large (L)")
    person.answers("size .*: ", "3")
    person.sees("it must match the values `[S, L]`")
    person.answers("size .*: ", "2")
    person.answers("many .*: ", "1, c")
    person.answers("list .*: ", "[1, 2]")
    person.answers("file .*: ", str(tmp_path / "no.csv"))
    person.sees("There is no file")
    person.answers("file .*: ", str(tmp_path / "data.csv"))
    person.answers(r"hint \[suggested\]: ", "")
    values = person.inputs()
    assert re.fullmatch(r"kestra:///my/ns/f/executions/\w+/inputs/file/data\.csv", values.pop("file"))
    assert values == {
        "name": "Ada", "n": 7, "ok": True, "day": "2026-02-28", "size": "L", "many": ["a", "c"], "list": [1, 2],
        "known": "d", "free": None, "hint": "suggested",
    }  # fmt: skip


@posix
def test_a_secret_is_not_shown_as_it_is_typed(tmp_path):
    person = Person(tmp_path, [{"id": "key", "type": "SECRET"}])
    person.child.expect("key: ")
    person.child.waitnoecho()
    person.child.sendline("hush-hush-hush")
    code, printed = person.ends()
    assert code == 0
    assert "hush-hush-hush" not in printed


@posix
def test_an_answer_decides_what_is_asked_next(tmp_path):
    inputs = [
        {"id": "region", "type": "SELECT", "expression": "{{ kv('regions') }}",
         "dependsOn": {"inputs": ["cloud"], "condition": "{{ inputs.cloud == 'AWS' }}"}},
        {"id": "cloud", "type": "SELECT", "values": ["AWS", "GCP"]},
    ]  # fmt: skip
    (tmp_path / "tiercel.yaml").write_text('namespaces: {my.ns: {kv: {regions: ["eu", "us"]}}}\n')
    person = Person(tmp_path, inputs)
    person.answers("cloud .*: ", "1")
    person.sees("2) us")
    person.answers("region .*: ", "us")
    assert person.inputs() == {"cloud": "AWS", "region": "us"}
    person = Person(tmp_path, inputs)
    person.answers("cloud .*: ", "GCP")
    assert person.inputs() == {"cloud": "GCP"}


@posix
def test_a_person_may_leave_or_not_want_to_be_asked(tmp_path):
    person = Person(tmp_path, [{"id": "n", "type": "INT"}])
    person.child.expect("n .*: ")
    person.child.sendintr()
    code, printed = person.ends()
    assert code == 2
    assert "was not given, so the flow was not run" in printed
    code, printed = Person(tmp_path, [{"id": "n", "type": "INT"}], "--no-prompt").ends()
    assert code == 2
    assert "Missing required input:n" in printed
