"""`tiercel explain`: tell what a rule is about."""

from __future__ import annotations

import difflib
import json
from typing import Any

import click

from tiercel_server.rules.model import Rule
from tiercel_server.rules.pages import rule_page
from tiercel_server.rules.registry import all_rules
from tiercel_server.rules.selectors import SELECTORS, selectors_of


@click.command()
@click.argument("code", required=False)
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(code: str | None, format_: str) -> None:
    """Tell what a rule is about, with examples; without CODE list all rules, with a group its own."""
    rules = all_rules()
    if code is None or code in SELECTORS:
        _list([rule for rule in rules.values() if code is None or code in selectors_of(rule)], format_)
        return
    rule = rules.get(code)
    if rule is None:
        near = difflib.get_close_matches(code, [*rules, *SELECTORS], n=1)
        hint = f" Did you mean '{near[0]}'?" if near else " `tiercel explain` lists them."
        raise click.UsageError(f"There is no rule '{code}'.{hint}")
    click.echo(json.dumps(_facts(rule), indent=2) if format_ == "json" else rule_page(rule).rstrip("\n"))


def _list(rules: list[Rule], format_: str) -> None:
    if format_ == "json":
        click.echo(json.dumps([_facts(rule) for rule in rules], indent=2))
        return
    width = max(len(rule.code) for rule in rules)
    for group in dict.fromkeys(rule.group for rule in rules):
        click.echo(click.style(group, bold=True))
        for rule in rules:
            if rule.group == group:
                click.echo(f"  {rule.code:{width}}  {rule.summary}")


def _facts(rule: Rule) -> dict[str, Any]:
    return {
        "code": rule.code,
        "group": rule.group,
        "severity": rule.severity.label,
        "summary": rule.summary,
        "why": rule.why,
        "bad": rule.bad,
        "good": rule.good,
        "fix": rule.fix,
        "versions": [version.value for version in rule.versions],
        "profile": rule.profile,
        "at_run_time": rule.at_run_time,
        "asked_for": rule.asked_for,
    }
