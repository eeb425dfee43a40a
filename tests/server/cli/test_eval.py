"""`tiercel eval` from the outside: what it prints and how it ends."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from tiercel_server.cli.commands.eval import command


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments, **options):
        return CliRunner().invoke(command, [str(argument) for argument in arguments], **options)

    return invoke


def test_renders_an_expression(run):
    outcome = run("{{ 1 + 2 }} {{ [1, 'a'] }}")
    assert (outcome.exit_code, outcome.stdout) == (0, '3 [1,"a"]\n')


@pytest.mark.parametrize(("name", "text"), [("c.json", '{"inputs": {"n": 4}}'), ("c.yaml", "inputs:\n  n: 4\n")])
def test_reads_a_context(run, tmp_path, name, text):
    (tmp_path / name).write_text(text)
    outcome = run("{{ inputs.n * 2 }}", "--context", name, "--typed")
    assert json.loads(outcome.stdout) == {"type": "Long", "value": 8}


def test_reads_standard_input(run):
    assert run("-", input="a {{ 'é' | upper }}\n").stdout == "a É\n"


@pytest.mark.parametrize(
    ("flag", "settings", "wanted"),
    [((), None, "42"), (("--kestra-version", "1.3"), None, "43"), ((), 'kestra-version: "1.3"\n', "43")],
)
def test_the_version_is_that_of_the_flag_or_the_project(run, tmp_path, flag, settings, wanted):
    if settings:
        (tmp_path / "tiercel.yaml").write_text(settings)
    assert run("{{ 42 ?? 1 + 1 }}", *flag).stdout == f"{wanted}\n"


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("x\n  {{ inputs.n }}", ["Error: Unable to find `inputs`", "2 |   {{ inputs.n }}", "  |      ^"]),
        ("{{ 1 + }}", ["Error: Expected an expression here, found `}}`", "1 | {{ 1 + }}", "  |        ^^"]),
        ("{{ 'a' | nope }}", ["Filter [nope] does not exist.", "1 | {{ 'a' | nope }}", "  |    ^"]),
        ("{{ 'a", ["Error: This text is never closed: the end quote is missing", "  |    ^"]),
    ],
)
def test_an_error_points_at_its_place(run, expression, wanted):
    outcome = run(expression)
    assert outcome.exit_code == 1
    assert outcome.stdout == ""
    for line in wanted:
        assert line in outcome.stderr


@pytest.mark.parametrize(
    ("name", "content", "wanted"),
    [
        ("missing.json", None, "there is no file"),
        ("bad.json", b"{bad", "is no JSON"),
        ("bad.yaml", b"a: b: c", "is no YAML"),
        ("latin.json", b'{"a": "\xe9"}', "is not UTF-8 text"),
        ("list.json", b"[1]", "must hold a map of variables"),
        ("deep.json", b"[" * 100_000, "nested too deeply"),
    ],
)
def test_a_context_that_cannot_be_read_is_misuse(run, tmp_path, name, content, wanted):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    outcome = run("{{ 1 }}", "--context", name)
    assert outcome.exit_code == 2
    assert wanted in outcome.stderr


def test_without_an_expression_it_says_what_to_give(run):
    outcome = run()
    assert outcome.exit_code == 2
    assert "an expression is missing" in outcome.stderr


def test_explains_the_parts(run, tmp_path):
    (tmp_path / "c.json").write_text('{"n": 4}')
    outcome = run("{% if n > 1 %}{{ n }}{% endif %}{{ missing ?? 1.5 }}", "--context", "c.json", "--explain")
    assert outcome.stdout == "41.5\n"
    assert "{{ n }}\n    Integer  4" in outcome.stderr
    assert "{{ missing ?? 1.5 }}\n    Double  1.5" in outcome.stderr


def test_a_batch_has_an_outcome_for_each_case(run, tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "dG9w")
    cases = [
        {"setup": {"namespace": "a.b", "kv": {"k": {"v": 1}}, "files": {"f.txt": "content"}}},
        {"id": "kv", "expression": "{{ kv('k').v }}", "context": {"flow": {"namespace": "a.b.c"}}},
        {"id": "file", "expression": "{{ read('f.txt') }}", "context": {"flow": {"namespace": "a.b"}}},
        {"id": "secret", "expression": "{{ secret('TOKEN') }}", "context": {"flow": {"namespace": "a.b"}}},
        {"id": "null", "expression": "{{ null }}", "context": None},
        {"id": "bad", "expression": "{{ x }}"},
    ]
    (tmp_path / "cases.json").write_text(json.dumps(cases))
    outcome = run("--batch", "cases.json")
    assert outcome.exit_code == 0
    assert json.loads(outcome.stdout) == [
        {"id": "kv", "rendered": "1", "typed": {"type": "Integer", "value": 1}},
        {"id": "file", "rendered": "content", "typed": {"type": "String", "value": "content"}},
        {"id": "secret", "rendered": "top", "typed": {"type": "String", "value": "top"}},
        {"id": "null", "rendered": "", "typed": {"type": "null"}},
        {
            "id": "bad",
            "error": {
                "class": "IllegalVariableEvaluationException",
                "message": "Unable to find `x` used in the expression `{{ x }}` at line 1",
            },
        },
    ]


@pytest.mark.parametrize(
    "batch", [{}, [1], [{"id": "a"}], [{"id": "a", "expression": "x", "context": 1}], [{"setup": {"kv": 1}}]]
)
def test_a_batch_of_another_shape_is_misuse(run, tmp_path, batch):
    (tmp_path / "cases.json").write_text(json.dumps(batch))
    outcome = run("--batch", "cases.json")
    assert outcome.exit_code == 2
    assert "Error: " in outcome.stderr


FLOW = """
id: report
namespace: company.team
labels: {team: data}
variables: {greeting: hi}
inputs:
  - {id: day, type: DATE}
  - {id: n, type: INT, defaults: 2}
tasks:
  - {id: log, type: io.kestra.plugin.core.log.Log, message: x}
"""


def test_sees_what_a_flow_sees(run, tmp_path):
    (tmp_path / "flow.yaml").write_text(FLOW)
    (tmp_path / "c.json").write_text('{"outputs": {"log": {"value": "v"}}}')
    names = ("flow.id", "vars.greeting", "labels.team", "inputs.day", "inputs.n + 1", "outputs.log.value")
    template = " ".join(f"{{{{ {name} }}}}" for name in names)
    outcome = run(template, "--flow", "flow.yaml", "--input", "day=2026-01-31", "--context", "c.json")
    assert outcome.stdout == "report hi data 2026-01-31 3 v\n", outcome.stderr


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (("--flow", "missing.yaml"), "missing.yaml"),
        (("--flow", "flow.yaml"), "day"),
        (("--flow", "flow.yaml", "--input", "day=never"), "never"),
        (("--flow", "flow.yaml", "--input", "day"), "NAME=VALUE"),
        (("--input", "a=b"), "--flow"),
    ],
)
def test_a_flow_that_cannot_be_used_is_misuse(run, tmp_path, arguments, wanted):
    (tmp_path / "flow.yaml").write_text(FLOW)
    outcome = run("{{ 1 }}", *arguments)
    assert outcome.exit_code == 2
    assert wanted in outcome.stderr


PAST_FLOW = """
id: past
namespace: company.team
inputs: [{id: day, type: STRING, defaults: mon}]
tasks:
  - {id: first, type: io.kestra.plugin.core.debug.Return, format: "hi {{ inputs.day }}"}
  - id: loop
    type: io.kestra.plugin.core.flow.Loop
    values: [x, y]
    tasks:
      - {id: inner, type: io.kestra.plugin.core.debug.Return, format: "{{ item.value }}"}
  - {id: skipped, type: io.kestra.plugin.core.debug.Return, format: no, runIf: "false"}
  - {id: bad, type: io.kestra.plugin.core.execution.Fail, errorMessage: it broke, allowFailure: true}
  - {id: last, type: io.kestra.plugin.core.debug.Return, format: end}
"""


@pytest.fixture
def past(run, tmp_path):
    """The id of an execution in the folder's history, and those of its iterations."""
    from tiercel_engine.store import History, Search
    from tiercel_server.cli.commands.run import command as run_command

    (tmp_path / "past.yaml").write_text(PAST_FLOW)
    assert CliRunner().invoke(run_command, ["past.yaml"]).exit_code == 0
    history = History(tmp_path / ".tiercel" / "executions.db")
    found = history.find(Search(with_children=True))
    history.close()
    iterations = sorted((each for each in found if each.kind == "LOOP"), key=lambda each: each.start_date)
    return next(each.id for each in found if each.kind is None), [each.id for each in iterations]


@pytest.mark.parametrize(
    ("expression", "task", "wanted"),
    [
        ("{{ outputs.first.value }} {{ inputs.day }} {{ execution.state }}", None, "hi mon mon WARNING"),
        ("{{ outputs.last.value }} {{ task is defined }}", None, "end false"),
        ("{{ outputs.last }} {{ tasks.skipped.state }} {{ task.id }}", "last", "{} SKIPPED last"),
        ("{{ outputs.last ?? 'not yet' }} {{ task.id }}", "first", "not yet first"),
        (
            "{{ outputs.loop.iterationCount }} {{ task.id }} {{ outputs.bad ?? 'not yet' }}",
            "skipped",
            "2 skipped not yet",
        ),
        ("{{ errorLogs() | length }} {{ flow.id }}", None, "1 past"),
        ("{{ fileURI('a') }}", None, "kestra:///company/team/_files/a"),
    ],
)
def test_renders_against_a_past_execution(run, past, expression, task, wanted):
    outcome = run(expression, "--execution", past[0], *(("--task", task) if task else ()))
    assert (outcome.exit_code, outcome.stdout) == (0, f"{wanted}\n")


def test_a_past_iteration_sees_what_stood_around_it(run, past):
    texts = [
        run(
            "{{ item.value }} {{ inputs.day }} {{ outputs.first.value }} {{ outputs.last ?? '-' }}", "--execution", each
        )
        for each in past[1]
    ]
    assert [text.stdout for text in texts] == ["x mon hi mon -\n", "y mon hi mon -\n"]


def test_a_context_comes_above_a_past_execution(run, past, tmp_path):
    (tmp_path / "c.json").write_text('{"inputs": {"day": "tue"}}')
    outcome = run("{{ inputs.day }} {{ outputs.last.value }}", "--execution", past[0], "-c", "c.json")
    assert outcome.stdout == "tue end\n"


def test_a_past_execution_may_be_named_by_its_beginning_or_as_the_last(run, past):
    for name in (past[0][:-1], "last"):
        assert run("{{ execution.id }}", "--execution", name).stdout == f"{past[0]}\n"


def test_an_unknown_execution_lists_the_latest(run, past):
    wrong = f"{past[0][:-1]}{'y' if past[0].endswith('x') else 'x'}"
    outcome = run("{{ 1 }}", "--execution", wrong)
    assert outcome.exit_code == 2
    assert f"Did you mean '{past[0]}'?" in outcome.stderr
    assert f"  {past[0]}  company.team.past  WARNING" in outcome.stderr


@pytest.mark.parametrize(
    ("task", "words"),
    [
        (
            "frist",
            ["no run of a task 'frist'. Did you mean 'first'?", "Tasks that ran: first, loop, skipped, bad, last."],
        ),
        ("inner", ["It ran in an iteration of a Loop: --execution "]),
    ],
)
def test_an_unknown_task_lists_those_that_ran(run, past, task, words):
    outcome = run("{{ 1 }}", "--execution", past[0], "--task", task)
    assert outcome.exit_code == 2
    assert all(word in outcome.stderr for word in words), outcome.stderr


def test_without_history_nothing_is_made(run, tmp_path):
    outcome = run("{{ 1 }}", "--execution", "x")
    assert outcome.exit_code == 2
    assert "Nothing was run in" in outcome.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [("--task", "a"), ("--workspace", "."), ("--execution", "x", "--flow", "f.yaml")])
def test_options_of_past_executions_belong_together(run, arguments):
    assert run("{{ 1 }}", *arguments).exit_code == 2


def test_a_context_that_is_shown_whole_hides_secrets(run, monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET_TOKEN", "dG9wLXNlY3JldA==")
    (tmp_path / "c.json").write_text('{"inputs": {"url": "https://x/?t=top-secret"}, "flow": {"namespace": "a"}}')
    outcome = run("{{ secret('TOKEN') | length }} {{ printContext() }} {{ fetchContext().inputs.url }}", "-c", "c.json")
    assert (
        outcome.stdout == '10 {"inputs":{"url":"https://x/?t=******"},"flow":{"namespace":"a"}} https://x/?t=******\n'
    )


def test_says_what_is_wrong_with_the_project_file(run, tmp_path):
    (tmp_path / "tiercel.yaml").write_text("a: [\n", encoding="utf-8")
    result = run("{{ 1 + 2 }}")
    assert (result.exit_code, result.stdout) == (0, "3\n")
    assert result.stderr.startswith("warning: ")
    assert "tiercel.yaml:" in result.stderr


def test_a_secret_without_a_flow_says_what_to_pass(run, tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_X", "aGk=")
    result = run('{{ secret("X") }}')
    assert (result.exit_code, "No flow is known here." in result.stderr) == (1, True)
    (tmp_path / "c.json").write_text('{"flow": {"namespace": "a.b"}}', encoding="utf-8")
    assert run('{{ secret("X") }}', "--context", "c.json").stdout == "hi\n"


def test_a_context_file_may_use_aliases(run, tmp_path):
    (tmp_path / "c.yaml").write_text("base: &b [1, {x: yes}]\ninputs: {n: *b}\n")
    assert run("{{ inputs.n }} {{ base[1].x }}", "-c", "c.yaml").stdout == '[1,{"x":true}] true\n'
    (tmp_path / "c.yaml").write_text("inputs: &a {n: *a}\n")
    assert run("{{ 1 }}", "-c", "c.yaml").exit_code == 2
