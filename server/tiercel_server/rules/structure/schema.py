"""Each object against the facts of its type: properties, kinds of value, types. The findings are the schema's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tiercel_schemas.diagnostics import Diagnostic, Severity
from tiercel_schemas.json_schema import validate_flow
from tiercel_schemas.source.nodes import ScalarNode
from tiercel_schemas.source.values import scalar_text
from tiercel_server.rules.examples import flow, item, logs, one_task, tasks
from tiercel_server.rules.model import Rule, RuleContext
from tiercel_server.rules.registry import checks
from tiercel_server.rules.structure.unread import UnreadObjects

_SENTRY = "io.kestra.plugin.sentry.SentryExecution"
_HTTP = ("http.Request", "uri: https://example.com")
_TRIGGER = "triggers:\n  - id: daily\n    type: io.kestra.plugin.core.trigger.Schedule\n"
_LACKS = frozenset({"missing-property", "missing-type", "literal-missing-property", "literal-missing-type"})

_FIXES = {
    "unknown-property": "Writes the name that the property has now. What is only like a known name is a guess.",
    "deprecated-property": "Writes the new name, where the value can stay as it is.",
    "renamed-type": "Writes the new name.",
    "unknown-type": "Writes the new name of a type that only changed its name. What is like a known one is a guess.",
    "invalid-enum": "Writes the word that Kestra has now. What is only like a known one is a guess.",
    "literal-invalid-enum": "Writes the word that Kestra has now. What is only like a known one is a guess.",
}


def _rule(
    code: str, summary: str, why: str, bad: str, good: str, severity: Severity = Severity.ERROR, *, late: bool = False
) -> Rule:
    return Rule(code, "structure", summary, why, bad, good, severity, fix=_FIXES.get(code, ""), at_run_time=late)


def _between(moment: str) -> str:
    condition = (
        f"{{type: io.kestra.plugin.core.condition.TimeBetween, date: '{{{{ trigger.date }}}}', after: {moment}}}"
    )
    return "# kestra-version: 1.3\n" + logs("Hello", _TRIGGER + f'    cron: "0 9 * * *"\n    conditions: [{condition}]')


UNKNOWN_PLUGIN = Rule(
    "unknown-plugin",
    "structure",
    "A type belongs to no plugin that Tiercel knows.",
    "It may be a plugin of your own, of which `tiercel schema import` can tell; without that its properties are not "
    "checked, and it can't be run here. A slip in the name of a known type is told without being asked for.",
    tasks(item("io.company.kestra.Work")),
    one_task("log.Log", "message: Hello"),
    Severity.INFORMATION,
    asked_for=True,
)


_STRICT = "Kestra refuses the whole flow."
_LATE = "Kestra saves the flow, and the task fails when it runs: the value of a templated property is read only then."
_AGE = "It still works here, and will be gone in a later version."

RULES: Mapping[str, Rule] = {
    rule.code: rule
    for rule in (
        _rule(
            "unknown-property",
            "An object has a property that its type does not know.",
            _STRICT,
            one_task("log.Log", "message: Hello", "mesage: Hello"),
            one_task("log.Log", "message: Hello"),
        ),
        _rule(
            "missing-property",
            "An object lacks a property that its type needs.",
            _STRICT,
            one_task("http.Request", "method: GET"),
            one_task(*_HTTP),
        ),
        _rule(
            "wrong-kind",
            "A value is of the wrong kind, such as a list where a text belongs.",
            _STRICT,
            one_task("log.Log", "message: Hello", "allowFailure: [yes]"),
            one_task("log.Log", "message: Hello", "allowFailure: true"),
        ),
        _rule(
            "invalid-enum",
            "A value is none of those that its property takes.",
            _STRICT,
            logs("Hello", "concurrency:\n  limit: 1\n  behavior: WAIT"),
            logs("Hello", "concurrency:\n  limit: 1\n  behavior: QUEUE"),
        ),
        _rule(
            "invalid-pattern",
            "A text does not have the form that its property asks for, such as an id with a space.",
            _STRICT,
            one_task("log.Log", "message: Hello", task_id="say hello"),
            one_task("log.Log", "message: Hello", task_id="say_hello"),
        ),
        _rule(
            "invalid-length",
            "A text or list is too short or too long.",
            _STRICT,
            flow("tasks: []"),
            logs("Hello"),
        ),
        _rule(
            "out-of-range",
            "A number lies outside the bounds of its property.",
            _STRICT,
            logs("Hello", "concurrency:\n  limit: 0"),
            logs("Hello", "concurrency:\n  limit: 1"),
        ),
        _rule(
            "invalid-duration",
            "A text is no ISO-8601 duration.",
            _STRICT,
            logs("Hello", "retry:\n  type: constant\n  interval: 5s\n  maxAttempts: 3"),
            logs("Hello", "retry:\n  type: constant\n  interval: PT5S\n  maxAttempts: 3"),
        ),
        _rule(
            "invalid-date",
            "A text is no date.",
            _STRICT,
            logs("Hello", "inputs:\n  - {id: day, type: DATE, after: 1 May 2026}"),
            logs("Hello", "inputs:\n  - {id: day, type: DATE, after: '2026-05-01'}"),
        ),
        _rule(
            "invalid-date-time",
            "A text is no date with a time.",
            _STRICT,
            logs("Hello", "inputs:\n  - {id: moment, type: DATETIME, after: yesterday}"),
            logs("Hello", "inputs:\n  - {id: moment, type: DATETIME, after: '2026-05-01T00:00:00Z'}"),
        ),
        _rule(
            "invalid-time",
            "A text is no time of day.",
            _STRICT,
            logs("Hello", "inputs:\n  - {id: hour, type: TIME, after: noon}"),
            logs("Hello", "inputs:\n  - {id: hour, type: TIME, after: '12:00:00'}"),
        ),
        _rule(
            "invalid-timezone",
            "A text names no time zone.",
            _STRICT,
            logs("Hello", _TRIGGER + '    cron: "0 9 * * *"\n    timezone: Europe/Pariss'),
            logs("Hello", _TRIGGER + '    cron: "0 9 * * *"\n    timezone: Europe/Paris'),
        ),
        _rule(
            "missing-type",
            "A task, trigger, input or other typed object says no type.",
            _STRICT + " Its other properties can't be checked without it.",
            flow("tasks:\n  - id: say\n    message: Hello"),
            logs("Hello"),
        ),
        _rule(
            "unknown-type",
            "A type does not exist in the flow's version of Kestra.",
            _STRICT,
            one_task("log.Logg", "message: Hello"),
            one_task("log.Log", "message: Hello"),
        ),
        UNKNOWN_PLUGIN,
        _rule(
            "misplaced-type",
            "A type stands where another kind of thing belongs, such as a trigger among the tasks.",
            _STRICT,
            one_task("trigger.Schedule", 'cron: "0 9 * * *"'),
            one_task("log.Log", "message: Hello"),
        ),
        _rule(
            "deprecated-property",
            "A property should no longer be written.",
            _AGE,
            logs("Hello", "checks:\n  - condition: \"{{ labels.ready == 'yes' }}\"\n    message: Not ready"),
            logs("Hello", "checks:\n  - when: \"{{ labels.ready == 'yes' }}\"\n    message: Not ready"),
            Severity.HINT,
        ),
        _rule(
            "deprecated-type",
            "A type should no longer be used.",
            _AGE,
            "# kestra-version: 1.3\n"
            + one_task(
                "flow.EachSequential",
                "value: [a]",
                "tasks:",
                "  - id: say",
                "    type: io.kestra.plugin.core.log.Log",
                "    message: Hello",
            ),
            "# kestra-version: 1.3\n"
            + one_task(
                "flow.ForEach",
                "values: [a]",
                "tasks:",
                "  - id: say",
                "    type: io.kestra.plugin.core.log.Log",
                "    message: Hello",
            ),
            Severity.HINT,
        ),
        _rule(
            "renamed-type",
            "A type is written by an old name.",
            _AGE,
            tasks(item("io.kestra.plugin.fs.http.Request", "uri: https://example.com")),
            one_task(*_HTTP),
            Severity.WARNING,
        ),
        _rule(
            "literal-unknown-property",
            "An object in a templated property has a property that it does not know.",
            _LATE,
            one_task("metric.Publish", "metrics:", "  - {type: counter, name: a, value: 1, colour: red}"),
            one_task("metric.Publish", "metrics:", "  - {type: counter, name: a, value: 1}"),
            late=True,
        ),
        _rule(
            "literal-missing-property",
            "An object in a templated property lacks a property that it needs.",
            _LATE,
            one_task("metric.Publish", "metrics:", "  - {type: counter, value: 1}"),
            one_task("metric.Publish", "metrics:", "  - {type: counter, name: a, value: 1}"),
            late=True,
        ),
        _rule(
            "literal-wrong-kind",
            "The value of a templated property is of the wrong kind.",
            _LATE,
            one_task(*_HTTP, "headers: [accept]"),
            one_task(*_HTTP),
            late=True,
        ),
        _rule(
            "literal-invalid-enum",
            "The value of a templated property is none of those that it takes.",
            _LATE,
            one_task("log.Log", "message: Hello", "level: LOUD"),
            one_task("log.Log", "message: Hello", "level: WARN"),
            late=True,
        ),
        _rule(
            "literal-invalid-duration",
            "The value of a templated property is no ISO-8601 duration.",
            _LATE,
            one_task("log.Log", "message: Hello", "timeout: 5 minutes"),
            one_task("log.Log", "message: Hello", "timeout: PT5M"),
            late=True,
        ),
        _rule(
            "literal-invalid-date-time",
            "The value of a templated property is no date with a time.",
            _LATE,
            one_task("flow.Subflow", "namespace: a", "flowId: b", "scheduleDate: tomorrow"),
            one_task("flow.Subflow", "namespace: a", "flowId: b", "scheduleDate: '2026-05-01T09:00:00Z'"),
            late=True,
        ),
        _rule(
            "literal-invalid-pattern",
            "The text in a templated property does not have the form that it asks for.",
            _LATE,
            tasks(item(_SENTRY, "dsn: https://x.example", "eventId: abc")),
            tasks(item(_SENTRY, "dsn: https://x.example", "eventId: 0123456789abcdef0123456789abcdef")),
            late=True,
        ),
        _rule(
            "literal-invalid-time",
            "The value of a templated property is no time of day.",
            _LATE,
            _between("noon"),
            _between("'12:00:00Z'"),
            late=True,
        ),
        _rule(
            "literal-missing-type",
            "An object in a templated property says no type.",
            _LATE,
            one_task("metric.Publish", "metrics:", "  - {name: a, value: 1}"),
            one_task("metric.Publish", "metrics:", "  - {type: counter, name: a, value: 1}"),
            late=True,
        ),
        _rule(
            "literal-unknown-type",
            "The type of an object in a templated property does not exist.",
            _LATE,
            one_task("metric.Publish", "metrics:", "  - {type: count, name: a, value: 1}"),
            one_task("metric.Publish", "metrics:", "  - {type: counter, name: a, value: 1}"),
            late=True,
        ),
        _rule(
            "literal-out-of-range",
            "The number in a templated property lies outside its bounds.",
            _LATE,
            one_task("flow.Subflow", "namespace: a", "flowId: b", "revision: 0"),
            one_task("flow.Subflow", "namespace: a", "flowId: b", "revision: 1"),
            late=True,
        ),
    )
}


@checks(*RULES.values())
def check(context: RuleContext) -> Iterator[Diagnostic]:
    """The schema's findings on the whole flow."""
    written = context.flow.root.get("namespace") if context.settings.supplied else None
    supplied = context.settings.supplied_to((isinstance(written, ScalarNode) and scalar_text(written)) or "")
    found = validate_flow(context.flow.root, context.version, context.flow.catalog, supplied)
    source = context.flow.source
    unread = UnreadObjects(source, context.flow.root) if source.problems or source.strays else None
    for finding in found:
        says_lack = finding.code in _LACKS or (finding.code == "invalid-length" and "empty" in finding.message)
        if unread is None or not (says_lack and unread.is_partial(finding.span.start)):
            yield finding
