"""`docs/rules`: a page for each rule of `tiercel check`, and a table of all of them."""

from __future__ import annotations

from pathlib import Path

from tiercel_server.rules.pages import rule_page, rule_table
from tiercel_server.rules.registry import all_rules

PAGES = Path("docs/rules")
OWNED = (PAGES,)


def generate(root: Path) -> dict[Path, bytes]:  # noqa: ARG001 - a generator's signature
    """The pages by their paths."""
    rules = all_rules()
    pages = {PAGES / f"{code}.md": rule_page(rule) for code, rule in rules.items()}
    pages[PAGES / "README.md"] = rule_table(rules.values())
    return {path: text.encode() for path, text in pages.items()}
