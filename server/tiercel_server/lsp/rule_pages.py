"""Pages of rules as files, so that an editor can open what a finding's code links to, offline."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from tiercel_server.rules.pages import rule_page
from tiercel_server.rules.registry import all_rules


class RulePages:
    """Writes a rule's page when its code is first met; all are gone when the server ends. For worker threads."""

    def __init__(self) -> None:
        self._folder: TemporaryDirectory[str] | None = None
        self._links: dict[str, str | None] = {}

    def link(self, code: str) -> str | None:
        """The URI of a rule's page; None for codes of no rule, and where no file can be written."""
        if code not in self._links:
            self._links[code] = self._write(code)
        return self._links[code]

    def close(self) -> None:
        """Remove the pages."""
        if self._folder is not None:
            self._folder.cleanup()

    def _write(self, code: str) -> str | None:
        rule = all_rules().get(code)
        if rule is None:
            return None
        try:
            if self._folder is None:
                self._folder = TemporaryDirectory(prefix="tiercel-rules-", ignore_cleanup_errors=True)
            page = Path(self._folder.name) / f"{code}.md"
            page.write_text(rule_page(rule), encoding="utf-8")
        except OSError:
            return None
        return page.as_uri()
