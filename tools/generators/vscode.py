"""The VS Code extension's commands, settings, menus and keys, from `vscode-extension/contributions.yaml`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

EXTENSION = Path("vscode-extension")
SOURCE = EXTENSION / "contributions.yaml"
OWNED: tuple[Path, ...] = ()
_MENUS = (
    ("title-bar", "editor/title"),
    ("context", "editor/context"),
    ("view", "view/title"),
    ("item", "view/item/context"),
)


def generate(root: Path) -> Mapping[Path, bytes]:
    """package.json and package.nls.json, the names for TypeScript, and the tables of the page."""
    described = yaml.safe_load((root / SOURCE).read_text(encoding="utf-8"))
    commands, settings = described["commands"], described["settings"]
    package = json.loads((root / EXTENSION / "package.json").read_text(encoding="utf-8"))
    contributes = package["contributes"]
    contributes["commands"] = [_command(name, each) for name, each in commands.items()]
    contributes["menus"] = {**contributes.get("menus", {}), **_menus(commands)}
    contributes["keybindings"] = [
        {"command": name, **each["keys"]} for name, each in commands.items() if "keys" in each
    ]
    contributes["configuration"] = {
        "title": "Tiercel",
        "properties": {name: _setting(name, each) for name, each in settings.items()},
    }
    restricted = [name for name, each in settings.items() if each.get("restricted")]
    package["capabilities"]["untrustedWorkspaces"]["restrictedConfigurations"] = restricted
    page = (root / "docs/vscode.md").read_text(encoding="utf-8")
    return {
        EXTENSION / "package.json": _json(package),
        EXTENSION / "package.nls.json": _json(_texts(root, commands, settings)),
        EXTENSION / "src/generated/contributions.ts": _names(commands, settings).encode(),
        Path("docs/vscode.md"): _with_tables(page, commands, settings).encode(),
    }


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def _command(name: str, described: Mapping[str, Any]) -> dict[str, Any]:
    command = {"command": name, "title": f"%{name}%", "category": "Tiercel"}
    if "icon" in described:
        command["icon"] = f"$({described['icon']})"
    return command


def _menus(commands: Mapping[str, Any]) -> dict[str, Any]:
    menus: dict[str, Any] = {
        "commandPalette": [
            {"command": name, "when": each["palette"]} for name, each in commands.items() if "palette" in each
        ]
    }
    for key, menu in _MENUS:
        if entries := [{"command": name, **each[key]} for name, each in commands.items() if key in each]:
            menus[menu] = entries
    return menus


def _setting(name: str, described: Mapping[str, Any]) -> dict[str, Any]:
    hidden = ("help", "enumHelp", "restricted")
    setting = {key: value for key, value in described.items() if key not in hidden}
    setting["markdownDescription"] = f"%{name}%"
    if "enumHelp" in described:
        setting["enumDescriptions"] = [f"%{name}.{value}%" for value in described["enum"]]
    return setting


def _texts(root: Path, commands: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, str]:
    """The texts of package.json; those that stand for themselves are kept as they are written there."""
    path = root / EXTENSION / "package.nls.json"
    told: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    kept = {key: text for key, text in told.items() if not re.match(r"tiercel\.", key)}
    for name, each in commands.items():
        kept[name] = each["title"]
    for name, each in settings.items():
        kept[name] = each["help"]
        for value, text in zip(each.get("enum", ()), each.get("enumHelp", ()), strict=False):
            kept[f"{name}.{value}"] = text
    return kept


def _names(commands: Mapping[str, Any], settings: Mapping[str, Any]) -> str:
    def union(names: Iterator[str]) -> str:
        return "\n".join(f"  | '{name}'" for name in names)

    return (
        "// Made by `python -m tools.generate vscode` from contributions.yaml.\n\n"
        "/** The commands that the extension registers itself. */\n"
        f"export type CommandId =\n{union(name for name, each in commands.items() if not each.get('server'))};\n\n"
        "/** The settings, without `tiercel.`. */\n"
        f"export type SettingKey =\n{union(name.removeprefix('tiercel.') for name in settings)};\n"
    )


def _with_tables(page: str, commands: Mapping[str, Any], settings: Mapping[str, Any]) -> str:
    rows = ["| command | keys | |", "|---|---|---|"]
    for name, each in commands.items():
        key = f"`{each['keys']['key']}`" if "keys" in each else ""
        rows.append(f"| {each['title']} (`{name}`) | {key} | {each['help']} |")
    page = _replaced(page, "commands", rows)
    rows = ["| setting | default | |", "|---|---|---|"]
    for name, each in settings.items():
        values = f" One of {', '.join(f'`{json.dumps(value)}`' for value in each['enum'])}." if "enum" in each else ""
        rows.append(f"| `{name}` | `{json.dumps(each['default'])}` | {each['help']}{values} |")
    return _replaced(page, "settings", rows)


def _replaced(page: str, name: str, rows: list[str]) -> str:
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    return re.sub(f"{begin}.*?{end}", lambda _: "\n".join([begin, *rows, end]), page, flags=re.DOTALL)
