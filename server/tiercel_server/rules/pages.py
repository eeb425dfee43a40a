"""A rule's page: what `tiercel explain` prints and `docs/rules` holds."""

from __future__ import annotations

from collections.abc import Iterable

from tiercel_schemas.versions import KestraVersion
from tiercel_server.rules.model import Rule
from tiercel_server.rules.registry import GROUPS
from tiercel_server.rules.selectors import RUN_TIME, selectors_of

VERSION_COMMENT = "# kestra-version: "
"""An example that begins so is of that version."""

_RUN_TIME = (
    "The headings are the names of groups, which may stand wherever a code may: in `--select`, `--ignore` and "
    "`tiercel.yaml`. One more group, `run-time`, goes across them: what Kestra's own validation does not look at. It "
    "takes such a flow, and the mistake shows when the flow runs."
)
_SAID = "Kestra saves the flow"
_LATE = (
    "Kestra's own validation does not look for this: it takes the flow, and the mistake shows only when the flow runs."
)


def rule_page(rule: Rule) -> str:
    """The page in Markdown."""
    lines = [f"# {rule.code}", "", rule.summary, "", *_facts(rule), "", "## Why", "", rule.why, ""]
    if RUN_TIME in selectors_of(rule) and not rule.why.startswith(_SAID):
        lines += [_LATE, ""]
    lines += ["## Example", "", "```yaml", rule.bad.rstrip("\n"), "```", ""]
    lines += ["Use instead:", "", "```yaml", rule.good.rstrip("\n"), "```", ""]
    if rule.fix:
        lines += ["## Fix", "", rule.fix, ""]
    lines += ["## Silence it", "", _silence(rule), ""]
    return "\n".join(lines)


def example_version(example: str, rule: Rule) -> KestraVersion:
    """The version that an example is written for."""
    if example.startswith(VERSION_COMMENT):
        return KestraVersion(example.splitlines()[0].removeprefix(VERSION_COMMENT).strip())
    return KestraVersion.V2_0 if KestraVersion.V2_0 in rule.versions else rule.versions[0]


def rule_table(rules: Iterable[Rule]) -> str:
    """The page that lists all rules, group after group, in Markdown."""
    lines = ["# Rules", "", "What `tiercel check` and the editor report. Generated from the rules themselves.", ""]
    lines += [_RUN_TIME, ""]
    known = list(rules)
    for group in GROUPS:
        lines += [
            f"## {group.capitalize()}",
            "",
            "| rule | severity | Kestra | fix | `run-time` | what it flags |",
            "|---|---|---|---|---|---|",
        ]
        for rule in known:
            if rule.group == group:
                versions = ", ".join(version.value for version in rule.versions)
                severity = "off" if rule.profile is not None or rule.asked_for else rule.severity.label
                fix = "yes" if rule.fix else ""
                late = "yes" if RUN_TIME in selectors_of(rule) else ""
                lines.append(
                    f"| [{rule.code}]({rule.code}.md) | {severity} | {versions} | {fix} | {late} | {rule.summary} |"
                )
        lines.append("")
    return "\n".join(lines)


def _facts(rule: Rule) -> list[str]:
    groups = ", ".join(selectors_of(rule)[:0:-1])
    facts = [f"- Severity: {rule.severity.label}", f"- Groups: {groups}" if "," in groups else f"- Group: {groups}"]
    if rule.versions != tuple(KestraVersion):
        facts.append(f"- Kestra: {', '.join(version.value for version in rule.versions)}")
    if rule.profile is not None:
        facts.append(f"- Off by default: `--profile {rule.profile}`, or `rules: {{profile: {rule.profile}}}`")
    if rule.asked_for:
        facts.append(
            f"- Off by default: `--select {rule.code}`, or `rules: {{severity: {{{rule.code}: information}}}}`"
        )
    facts.append(f"- Fix: {'yes' if rule.fix else 'no'}")
    return facts


def _silence(rule: Rule) -> str:
    return (
        f"On the line with `# tiercel: ignore[{rule.code}]`, "
        f"before it with `# tiercel: ignore-next-line[{rule.code}]`, "
        f"in a file with `# tiercel: ignore-file[{rule.code}]`; everywhere in `tiercel.yaml` with "
        f"`rules: {{ignore: [{rule.code}]}}`."
    )
