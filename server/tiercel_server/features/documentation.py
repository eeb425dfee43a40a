"""What hovers and completions say about types, properties and what expressions call, in Markdown."""

from __future__ import annotations

import re
from typing import Any

from tiercel_schemas.catalog import Catalog, PluginType, Property, describe
from tiercel_schemas.expressions import Parameter, Signature

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")
_LONGEST_DEFAULT = 80
_MOST_VALUES = 30


def type_text(prop: Property) -> str:
    """The type of a property in a few words: `string`, `list of task`, `AUTO, ALWAYS or NEVER` is left to `values`."""
    if prop.const is not None:
        return f"`{prop.const}`"
    if prop.base is not None:
        return _words(prop.base)
    if prop.ref is not None:
        return _words(prop.ref)
    if prop.alternatives:
        names = list(dict.fromkeys(type_text(each) for each in prop.alternatives))
        return " or ".join(names[:3]) if len(names) <= 3 else "object"
    if prop.kind == "array":
        return f"list of {type_text(prop.items)}" if prop.items is not None else "list"
    if prop.kind == "object":
        return f"map of {type_text(prop.values)}" if prop.values is not None else "map"
    if prop.format is not None:
        return prop.format
    return prop.kind or "any"


def property_doc(owner: str, prop: Property) -> str:
    """A property: our line about it, type, default, and what else an author must know."""
    parts = [f"**{prop.name}** · {type_text(prop)}" + (" · required" if prop.required else "")]
    about = describe(owner, prop.name) or prop.about
    if about:
        parts.append(about)
    if prop.enum:
        values = [f"`{value}`" for value in prop.enum[:_MOST_VALUES]]
        parts.append("One of " + ", ".join(values) + (" …" if len(prop.enum) > _MOST_VALUES else "") + ".")
    if prop.default is not None:
        parts.append(f"Default: `{_short(prop.default)}`.")
    notes = [
        "Takes expressions." if prop.dynamic else "",
        "Takes the URI of a stored file." if prop.accepts_uri else "",
        "Sensitive: use `secret()`." if prop.secret else "",
        "**Deprecated.**" if prop.deprecated else "",
        "Beta." if prop.beta else "",
        f"Since Kestra {prop.since}." if prop.since is not None else "",
        f"Until Kestra {prop.until}." if prop.until is not None else "",
    ]
    said = " ".join(note for note in notes if note)
    if said:
        parts.append(said)
    return "\n\n".join(parts)


def plugin_doc(plugin: PluginType, catalog: Catalog) -> str:
    """A type: what it is, what it needs and what it gives."""
    parts = [f"**{plugin.name.rpartition('.')[2]}** · {_words(plugin.kind)}", f"`{plugin.name}`"]
    about = describe(plugin.name) or plugin.about
    if about:
        parts.insert(1, about)
    if plugin.required:
        needed = [name for name in plugin.required if name not in {"id", "type"}]
        if needed:
            parts.append("Needs " + ", ".join(f"`{name}`" for name in needed) + ".")
    if plugin.outputs:
        outputs = [f"`{name}` ({type_text(each)})" for name, each in sorted(plugin.outputs.items())]
        parts.append("Outputs: " + ", ".join(outputs[:_MOST_VALUES]) + ".")
    notes = []
    if plugin.deprecated:
        instead = catalog.replacement(plugin.name)
        notes.append("**Deprecated**" + (f", use `{instead}`." if instead else "."))
    if plugin.enterprise:
        notes.append("Only in Kestra's Enterprise Edition.")
    if plugin.since is not None:
        notes.append(f"Since Kestra {plugin.since}.")
    if plugin.until is not None:
        notes.append(f"Until Kestra {plugin.until}.")
    if notes:
        parts.append(" ".join(notes))
    return "\n\n".join(parts)


def signature_text(signature: Signature) -> str:
    """How it is written: `date(format = 'iso', timeZone?)`."""
    if signature.kind in {"function", "filter", "test"} and (signature.parameters or signature.kind == "function"):
        return f"{signature.name}({', '.join(parameter_text(each) for each in signature.parameters)})"
    return signature.name


def signature_doc(signature: Signature) -> str:
    """A function, filter, test, tag or operator."""
    written = signature_text(signature)
    if signature.kind == "filter":
        written = f"{signature.input} | {written}"
    elif signature.kind == "test":
        written = f"{signature.input} is {written}"
    head = f"```\n{written}" + (f" → {signature.returns}" if signature.kind in {"function", "filter"} else "") + "\n```"
    parts = [head, signature.summary]
    if signature.example:
        parts.append(f"`{{{{ {signature.example} }}}}`")
    notes = [
        "**Deprecated.**" if signature.deprecated else "",
        f"Use `{signature.replacement}` instead." if signature.replacement else "",
        f"Since Kestra {signature.since}." if signature.since is not None else "",
        f"Until Kestra {signature.until}." if signature.until is not None else "",
    ]
    said = " ".join(note for note in notes if note)
    return "\n\n".join([*parts, said] if said else parts)


def parameter_text(parameter: Parameter) -> str:
    """A parameter as it is written: `format = 'iso'`, `timeZone?`."""
    text = f"...{parameter.name}" if parameter.variadic else parameter.name
    if parameter.default_text is not None:
        return f"{text} = {parameter.default_text}"
    return text if parameter.required or parameter.variadic else f"{text}?"


def _words(name: str) -> str:
    """`io.kestra…tasks.Task` as `task`, `TaskRunner` as `task runner`."""
    simple = name.rpartition("#")[2].rpartition(".")[2].rpartition("-")[2]
    simple = simple.removeprefix("Abstract").removesuffix("Interface")
    return " ".join(word if word.isupper() else word.lower() for word in _WORD.findall(simple))


def _short(value: Any) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_DEFAULT else f"{text[:_LONGEST_DEFAULT]}…"
