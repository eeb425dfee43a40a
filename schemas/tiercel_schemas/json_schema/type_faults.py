"""What can be wrong with the `type` of an object: missing, unknown, of another kind, deprecated, renamed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tiercel_schemas.catalog import Catalog, PluginType, property_replacement
from tiercel_schemas.diagnostics import Severity
from tiercel_schemas.json_schema.findings import LITERAL, Findings, owner_span, pair_span
from tiercel_schemas.json_schema.words import did_you_mean, is_slip, one_of, simple_name, suggestions
from tiercel_schemas.source.nodes import MappingNode, Pair, ScalarNode
from tiercel_schemas.versions import KestraVersion

EXACT_PACKAGES = ("io.kestra.plugin.core.", "io.kestra.plugin.scripts.", "io.kestra.core.")
"""Packages of which the catalog knows every type."""

KINDS = {
    "io.kestra.core.models.tasks.Task": "task",
    "io.kestra.core.models.triggers.AbstractTrigger": "trigger",
    "io.kestra.core.models.tasks.runners.TaskRunner": "taskRunner",
    "io.kestra.core.models.conditions.Condition": "condition",
}
"""Kind of the types that may stand where a property says `base`."""

_KIND_WORDS = {"taskRunner": "task runner", "logExporter": "log exporter", "additional": "part of a plugin"}
_MOST_VALUES = 12
_CLASS_NAME = re.compile(r"[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*", re.ASCII)
_ENTERPRISE = "io.kestra.plugin.ee."


def kind_words(kind: str) -> str:
    """A kind of type as a message says it."""
    return _KIND_WORDS.get(kind, kind)


def version_hint(versions: Iterable[KestraVersion]) -> str:
    """How to have another version."""
    return "".join(
        f' (for Kestra {each}: `--kestra-version {each}`, or `kestra-version: "{each}"` in tiercel.yaml)'
        for each in versions
    )


@lru_cache(maxsize=256)
def likely_types(catalog: Catalog, written: str, kind: str | None) -> tuple[list[str], list[str]]:
    """Types that an unknown one may be a slip of, and types that only share its last name; likest first."""
    names = [*catalog.names(kind), *(old for old in catalog.aliases if kind in {None, catalog.kind(old)})]
    package, _, last = written.rpartition(".")
    same = [name for name in names if simple_name(name).lower() == last.lower()]
    if not package:
        return [], same[:3]
    if alike := [name for name in same if f".{name}".lower().endswith(f".{written}".lower())]:
        return alike, []
    if not written.startswith("io.kestra."):
        return [name for name in same if _is_slip_of_package(written, name)], []
    beside = {simple_name(name): name for name in names if name.rpartition(".")[0] == package}
    slips = [beside[each] for each in suggestions(last, beside)]
    if not slips and not written.startswith(_ENTERPRISE):
        slips = suggestions(written, same, cutoff=0.9)
    return slips, [] if slips else suggestions(written, same)


def _is_slip_of_package(written: str, known: str) -> bool:
    """Whether one step of a type's name differs from a known one: the first, or another by a letter or two."""
    ours, theirs = written.lower().split("."), known.lower().split(".")
    differing = [index for index, steps in enumerate(zip(ours, theirs, strict=False)) if steps[0] != steps[1]]
    if len(ours) != len(theirs) or len(differing) != 1:
        return False
    index = differing[0]
    return index == 0 or is_slip(ours[index], [theirs[index]])


@lru_cache(maxsize=4)
def packages(catalog: Catalog) -> frozenset[str]:
    """Packages of which some type is known."""
    return frozenset(name.rpartition(".")[0] for name in (*catalog.names(), *catalog.aliases))


@dataclass(frozen=True, slots=True)
class Choice:
    """A place where `type` chooses: what it is called, the values, whether it is templated and known for certain."""

    what: str
    names: tuple[str, ...]
    dynamic: bool
    certain: bool


class TypeFaults:
    """Notes what is wrong with types."""

    def __init__(self, catalog: Catalog, findings: Findings) -> None:
        self._catalog = catalog
        self._findings = findings

    def missing(self, node: MappingNode, pair: Pair | None, base: str | None) -> None:
        """An object that says no type."""
        kind = KINDS.get(base or "")
        what = f"this {kind_words(kind)}" if kind else "this object"
        if pair is not None:
            self._findings.add("missing-type", f"the `type` of {what} is empty", pair.key.span)
        else:
            self._findings.add("missing-type", f"{what} has no `type`", owner_span(node))

    def unknown(self, value: ScalarNode, base: str | None) -> None:
        """A type that the version does not have."""
        catalog, written, span = self._catalog, value.value, value.span
        if not _CLASS_NAME.fullmatch(written):
            why = "; types are not rendered, so no expression can stand here" if "{{" in written else ""
            self._findings.add("unknown-type", f"`{written}` is not the name of a type{why}", span)
            return
        elsewhere = catalog.other_versions_of(written)
        replacement = catalog.replacement(written)
        data: dict[str, Any] = {"type": written}
        if replacement is not None:
            data["replacement"] = replacement
            data["renamed"] = catalog.is_rename(written)
        if elsewhere:
            data["versions"] = [str(each) for each in elsewhere]
        if elsewhere or replacement is not None:
            advice = catalog.advice(written)
            then = f": {advice}" if advice else f"; `{replacement}` took its place" if replacement else ""
            message = f"`{written}` is not in Kestra {catalog.version}{then}{version_hint(elsewhere)}"
            self._findings.add("unknown-type", message, span, data=data)
            return
        slips, others = likely_types(catalog, written, KINDS.get(base or ""))
        data["suggestions"] = [*slips, *others]
        mean = did_you_mean(data["suggestions"])
        if written.startswith(EXACT_PACKAGES) or "." not in written:
            message = f"there is no type `{written}` in Kestra {catalog.version}{mean}"
            self._findings.add("unknown-type", message, span, data=data)
        elif slips and (not written.startswith("io.kestra.") or slips[0].lower() == written.lower()):
            message = f"there is no type `{written}`{mean}"
            self._findings.add("unknown-type", message, span, data=data)
        elif slips or written.rpartition(".")[0] in packages(catalog):
            message = f"`{written}` is not among the types of its plugin that are known here{mean}"
            self._findings.add("unknown-type", message, span, Severity.WARNING, data)
        else:
            message = f"the type `{written}` is of no plugin known here{mean}"
            self._findings.add("unknown-plugin", message, span, Severity.INFORMATION, data)

    def unknown_beginning(self, value: ScalarNode) -> None:
        """A beginning of types' names with which none begins: it is for no task."""
        names = self._catalog.names()
        if value.value.startswith("io.kestra.") and not any(name.startswith(value.value) for name in names):
            slips, others = likely_types(self._catalog, value.value, None)
            mean = did_you_mean([*slips, *others])
            message = f"no type known here begins with `{value.value}`{mean}"
            data = {"type": value.value, "suggestions": [*slips, *others]}
            self._findings.add("unknown-type", message, value.span, Severity.WARNING, data)

    def fits(self, plugin: PluginType, value: ScalarNode, base: str | None) -> bool:
        """Whether a type is of the kind that the place asks for; notes it when not."""
        wanted = KINDS.get(base or "")
        if wanted is None or plugin.kind == wanted:
            return True
        message = f"`{plugin.name}` is a {kind_words(plugin.kind)}, not a {kind_words(wanted)}"
        data = {"type": plugin.name, "kind": plugin.kind}
        self._findings.add("misplaced-type", message, value.span, data=data)
        return False

    def note_age(self, plugin: PluginType, value: ScalarNode) -> None:
        """Notes an old name, or a type that its authors advise against."""
        written, span = value.value, value.span
        if written != plugin.name:
            message = f"`{written}` is an old name of `{plugin.name}`"
            data = {"type": written, "replacement": plugin.name}
            self._findings.add("renamed-type", message, span, Severity.WARNING, data, deprecated=True)
        elif plugin.deprecated:
            newer = self._catalog.replacement(plugin.name) or _in_any_version(plugin.name)
            then = f"; `{newer}` takes its place" if newer else ""
            data = {"type": plugin.name} | ({"replacement": newer} if newer else {})
            message = f"`{plugin.name}` is deprecated{then}"
            self._findings.add("deprecated-type", message, span, Severity.HINT, data, deprecated=True)

    def variant(self, choice: Choice, node: MappingNode, pair: Pair | None, written: str | None) -> None:
        """A `type` that chooses among definitions and is missing or none of theirs."""
        names, what = choice.names, choice.what
        listed = one_of(names) if len(names) <= _MOST_VALUES else ""
        prefix = LITERAL if choice.dynamic else ""
        severity = Severity.ERROR if choice.certain else Severity.WARNING
        if pair is None or pair.value is None or written is None:
            span = pair_span(pair) if pair is not None else owner_span(node)
            message = f"{what} needs a `type`" + (f": {listed}" if listed else "")
            self._findings.add(f"{prefix}missing-type", message, span, severity)
            return
        now = property_replacement(["input-types"], written)
        if now is not None and now.use in names:
            message = f"the type `{written}` is now `{now.use}`{version_hint(self._with_input(written))}"
            data: dict[str, Any] = {"type": written, "replacement": now.use}
        else:
            likely = suggestions(written, names)
            mean = did_you_mean(likely) or (f"; it takes {listed}" if listed else "")
            message = f"`{written}` is no type of {what}{mean}"
            data = {"type": written, "suggestions": likely}
            severity = Severity.ERROR if is_slip(written, names) else severity
        self._findings.add(f"{prefix}unknown-type", message, pair.value.span, severity, data)

    def _with_input(self, name: str) -> list[KestraVersion]:
        from tiercel_schemas.catalog import load_catalog

        return [each for each in KestraVersion if name in load_catalog(each).variants("Input")]


def _in_any_version(name: str) -> str | None:
    from tiercel_schemas.catalog import load_catalog

    return next((found for each in KestraVersion if (found := load_catalog(each).replacement(name))), None)
