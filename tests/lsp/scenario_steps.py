"""The steps of scenarios: each asks as a client would, and compares what an author sees."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from tests.lsp.plain_client import PlainClient, RequestError
from tests.lsp.scenario_documents import Document, from_disk

INDEXED = 20.0


class Stage:
    """A server with the files of a scenario."""

    def __init__(self, client: PlainClient, folder: Path, files: dict[str, str], opened: Iterable[str]) -> None:
        self.client, self.folder = client, folder
        self.documents: dict[str, Document] = {}
        self.current = ""
        for name, text in files.items():
            if not name.startswith("untitled:"):
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(text.encode())
        self.files = files
        for name in opened:
            self.open(name)

    def uri(self, name: str) -> str:
        return name if name.startswith("untitled:") else (self.folder / name).as_uri()

    def name(self, uri: str) -> str:
        return uri.removeprefix(self.folder.as_uri() + "/")

    def open(self, name: str) -> None:
        uri, text = self.uri(name), self.files[name]
        self.documents[name] = Document(uri, text, self.client.encoding)
        self.current = self.current or name
        item = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self.client.notify("textDocument/didOpen", {"textDocument": item})

    @property
    def document(self) -> Document:
        return self.documents[self.current]

    def of(self, uri: str) -> Document:
        return self.documents.get(self.name(uri)) or from_disk(uri, self.client.encoding)

    def ask(self, method: str, **more: Any) -> Any:
        return self.client.request(method, {"textDocument": {"uri": self.document.uri}, **more})

    def close(self) -> None:
        for document in self.documents.values():
            self.client.notify("textDocument/didClose", {"textDocument": {"uri": document.uri}})

    def replace(self, text: str) -> None:
        """Change the whole document by the smallest edit."""
        document, old = self.document, self.document.text
        start = next((at for at, (a, b) in enumerate(zip(old, text, strict=False)) if a != b), min(len(old), len(text)))
        tail = 0
        while tail < min(len(old), len(text)) - start and old[-1 - tail] == text[-1 - tail]:
            tail += 1
        if "\r\n" in old:  # A position can't stand between the two.
            start, tail = 0, 0
        range_ = {"start": document.place(start), "end": document.place(len(old) - tail)}
        document.version += 1
        change = {"range": range_, "text": text[start : len(text) - tail]}
        identifier = {"uri": document.uri, "version": document.version}
        self.client.notify("textDocument/didChange", {"textDocument": identifier, "contentChanges": [change]})
        document.text = text

    def told(self, location: dict[str, Any]) -> str:
        """A place as `file:line text`."""
        uri = location.get("targetUri") or location["uri"]
        range_ = location.get("targetSelectionRange") or location["range"]
        return f"{self.name(uri)}:{range_['start']['line'] + 1} {self.of(uri).part(range_)}"


def _compare(got: list[str], step: dict[str, Any], what: str) -> None:
    """`has` in any order, `lacks`, `starts` in this order, `are` all of them in any order."""
    missing = [each for each in step.get("has", ()) if each not in got]
    assert not missing, f"{what}: no {missing} in {got[:60]}"
    extra = [each for each in step.get("lacks", ()) if each in got]
    assert not extra, f"{what}: should not have {extra}"
    if "starts" in step:
        assert got[: len(step["starts"])] == step["starts"], f"{what}: begins {got[:10]}"
    if "are" in step:
        assert sorted(got) == sorted(step["are"]), f"{what}: {got}"
    twice = {each for each in got if got.count(each) > 1} if step.get("once") else None
    assert not twice, f"{what}: twice {twice}"


def _in_text(text: str, step: dict[str, Any], what: str) -> None:
    missing = [each for each in step.get("has", ()) if each not in text]
    assert not missing, f"{what}: no {missing} in {text!r}"
    extra = [each for each in step.get("lacks", ()) if each in text]
    assert not extra, f"{what}: {extra} in {text!r}"


def complete(stage: Stage, step: dict[str, Any]) -> None:
    document = stage.document
    found = stage.ask("textDocument/completion", position=document.position(step["complete"]))
    items = found["items"] if isinstance(found, dict) else found or []
    ordered = sorted(items, key=lambda each: each.get("sortText") or each["label"])
    _compare([each["label"] for each in ordered], step, "completion")
    if "apply" in step:
        item = next(each for each in ordered if each["label"] == step["apply"])
        edits = [_indented(document, item), *item.get("additionalTextEdits", ())]
        _in_text(document.edited(edits), {"has": [step["gives"]]}, "completion applied")
    if "explains" in step:
        item = next(each for each in ordered if each["label"] == step["explains"]["label"])
        resolved = stage.client.request("completionItem/resolve", item)
        written = resolved.get("documentation") or ""
        text = written["value"] if isinstance(written, dict) else written
        _in_text(f"{resolved.get('detail', '')}\n{text}", step["explains"], "documentation")
    if step.get("snippets") is False:
        assert all(each.get("insertTextFormat", 1) == 1 for each in items)
        assert not any("$0" in each["textEdit"]["newText"] for each in items)


def _indented(document: Document, item: dict[str, Any]) -> dict[str, Any]:
    """The edit of an item; the lines of a snippet are indented like the one it begins in, as editors do."""
    change: dict[str, Any] = item["textEdit"]
    if item.get("insertTextFormat", 1) == 1:
        assert item.get("insertTextMode", 1) == 1
        return change
    line = document.text.split("\n")[change["range"]["start"]["line"]]
    margin = line[: len(line) - len(line.lstrip())]
    return {**change, "newText": change["newText"].replace("\n", "\n" + margin)}


def hover(stage: Stage, step: dict[str, Any]) -> None:
    found = stage.ask("textDocument/hover", position=stage.document.position(step["hover"]))
    if step.get("none"):
        assert found is None, found
        return
    assert found is not None, f"no hover at {step['hover']}"
    contents = found["contents"]
    _in_text(contents["value"] if isinstance(contents, dict) else str(contents), step, "hover")
    if "over" in step:
        assert stage.document.part(found["range"]) == step["over"]


def signature(stage: Stage, step: dict[str, Any]) -> None:
    found = stage.ask("textDocument/signatureHelp", position=stage.document.position(step["signature"]))
    assert found is not None
    _in_text(found["signatures"][found.get("activeSignature") or 0]["label"], step, "signature")
    if "parameter" in step:
        assert found.get("activeParameter") == step["parameter"]


def _locations(method: str, key: str, **more: Any) -> Callable[[Stage, dict[str, Any]], None]:
    def look(stage: Stage, step: dict[str, Any]) -> None:
        def places() -> list[str]:
            found = stage.ask(method, position=stage.document.position(step[key]), **more)
            found = [found] if isinstance(found, dict) else found or []
            if method == "textDocument/documentHighlight":
                found = [{**each, "uri": stage.document.uri} for each in found]
            return [stage.told(each) for each in found]

        _until(lambda: _compare(places(), step, key), stage)

    return look


def _until(check: Callable[[], None], stage: Stage) -> None:
    """Files beside are read in the background: what depends on them may take a moment."""
    deadline = time.monotonic() + (INDEXED if len(stage.files) > 1 else 0)
    while True:
        try:
            return check()
        except (AssertionError, RequestError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def diagnostics(stage: Stage, step: dict[str, Any]) -> None:
    """Published findings are exactly these, as `code: text`, for the newest version."""
    document, wanted = stage.document, sorted(step["diagnostics"])

    def shown() -> list[str] | None:
        said = stage.client.published.get(document.uri)
        if not said or said[-1].get("version") not in (document.version, None):
            return None
        return sorted(f"{each['code']}: {document.part(each['range'])}" for each in said[-1]["diagnostics"])

    try:
        stage.client.wait(lambda: shown() == wanted, "the findings", patience=step.get("patience", 10))
    except AssertionError:
        raise AssertionError(f"findings are {shown()}, not {wanted}") from None
    versions = [each["version"] for each in stage.client.published[document.uri] if each.get("version") is not None]
    assert versions == sorted(versions), "a superseded text's findings came late"


def quiet(stage: Stage, step: dict[str, Any]) -> None:
    """Another file's document gets nothing at all."""
    del step
    uri = stage.document.uri
    for method in ("documentSymbol", "codeLens", "foldingRange", "documentLink"):
        assert not stage.ask(f"textDocument/{method}"), method
    tokens = stage.ask("textDocument/semanticTokens/full")
    assert not (tokens or {}).get("data")
    for number in range(0, len(stage.document.text), 7):
        place = stage.document.place(number)
        found = stage.ask("textDocument/completion", position=place)
        assert not (found["items"] if isinstance(found, dict) else found), (place, found)
        assert stage.ask("textDocument/hover", position=place) is None
    assert not any(each["diagnostics"] for each in stage.client.published.get(uri, ()))
    whole = {"start": {"line": 0, "character": 0}, "end": stage.document.place(len(stage.document.text))}
    assert not stage.ask("textDocument/codeAction", range=whole, context={"diagnostics": []})
    assert not stage.ask("textDocument/formatting", options={"tabSize": 2, "insertSpaces": True})


def pull(stage: Stage, step: dict[str, Any]) -> None:
    """Findings asked for, and the same asked for again are unchanged."""
    found = stage.ask("textDocument/diagnostic")
    assert found["kind"] == "full"
    got = sorted(f"{each['code']}: {stage.document.part(each['range'])}" for each in found["items"])
    assert got == sorted(step["pull"])
    again = stage.ask("textDocument/diagnostic", previousResultId=found["resultId"])
    assert again["kind"] == "unchanged"


def _after(stage: Stage, edit: dict[str, Any]) -> dict[str, str]:
    """The texts of documents after a workspace edit, by name."""
    texts: dict[str, str] = {}
    for uri, edits in (edit.get("changes") or {}).items():
        texts[stage.name(uri)] = stage.of(uri).edited(edits)
    for change in edit.get("documentChanges") or ():
        if "kind" in change:
            assert change["kind"] == "create"
            texts[stage.name(change["uri"])] = ""
            continue
        identifier = change["textDocument"]
        name = stage.name(identifier["uri"])
        document = stage.of(identifier["uri"])
        if name in texts:
            document = Document(document.uri, texts[name], document.encoding)
        opened = stage.documents.get(name)
        if opened is not None:
            assert identifier.get("version") in (opened.version, None)
        texts[name] = document.edited(change["edits"])
    return texts


def _gives(stage: Stage, edit: dict[str, Any], step: dict[str, Any], what: str) -> None:
    texts = _after(stage, edit)
    wanted = step["gives"] if isinstance(step["gives"], dict) else {stage.current: step["gives"]}
    for name, parts in wanted.items():
        assert name in texts, f"{what}: {name} is not changed, only {sorted(texts)}"
        for part in [parts] if isinstance(parts, str) else parts:
            assert part in texts[name], f"{what}: no {part!r} in\n{texts[name]}"
    _in_text("\n".join(texts.values()), {"lacks": step.get("lacks", ())}, what)
    if step.get("only"):
        assert sorted(texts) == sorted(wanted)
    if step.get("keep"):
        stage.replace(texts[stage.current])


def rename(stage: Stage, step: dict[str, Any]) -> None:
    position = stage.document.position(step["rename"])

    def check() -> None:
        if step.get("refused"):
            try:
                found = stage.ask("textDocument/rename", position=position, newName=step["to"])
            except RequestError as error:
                _in_text(str(error), {"has": step.get("says", ())}, "refusal")
                return
            assert found is None, found
            return
        prepared = stage.ask("textDocument/prepareRename", position=position)
        assert prepared is not None, "can't be renamed"
        _gives(stage, stage.ask("textDocument/rename", position=position, newName=step["to"]), step, "rename")

    _until(check, stage)


def calls(stage: Stage, step: dict[str, Any]) -> None:
    """`in` who calls, `out` who is called: names."""

    def check() -> None:
        items = stage.ask("textDocument/prepareCallHierarchy", position=stage.document.position(step["calls"]))
        assert items, "no item"
        for side, method, end in (("in", "incomingCalls", "from"), ("out", "outgoingCalls", "to")):
            if side in step:
                found = stage.client.request(f"callHierarchy/{method}", {"item": items[0]}) or []
                assert sorted(each[end]["name"] for each in found) == sorted(step[side]), found

    _until(check, stage)


def action(stage: Stage, step: dict[str, Any]) -> None:
    """`title` begins so; applied it `gives`. `titles` compares what is offered."""
    range_ = stage.document.range(step["action"])
    said = stage.client.published.get(stage.document.uri) or [{"diagnostics": []}]
    inside = [each for each in said[-1]["diagnostics"] if each["range"]["start"]["line"] == range_["start"]["line"]]
    context: dict[str, Any] = {"diagnostics": inside}
    if "only_kinds" in step:
        context["only"] = step["only_kinds"]
    found = stage.ask("textDocument/codeAction", range=range_, context=context) or []
    titles = [each["title"] for each in found]
    _compare(titles, step.get("titles", {}), "actions")
    if "title" not in step:
        return
    chosen = next((each for each in found if each["title"].startswith(step["title"])), None)
    assert chosen is not None, f"no {step['title']!r} in {titles}"
    if "edit" not in chosen:
        chosen = stage.client.request("codeAction/resolve", chosen)
    _gives(stage, chosen["edit"], step, "action")


def format_(stage: Stage, step: dict[str, Any]) -> None:
    edits = stage.ask("textDocument/formatting", options={"tabSize": 2, "insertSpaces": True}) or []
    text = stage.document.edited(edits)
    assert text == step["format"], f"formatted:\n{text}"


def on_type(stage: Stage, step: dict[str, Any]) -> None:
    options = {"tabSize": 2, "insertSpaces": True}
    position = stage.document.position(step["on_type"])
    edits = stage.ask("textDocument/onTypeFormatting", position=position, ch=step.get("ch", "\n"), options=options)
    _in_text(stage.document.edited(edits or []), {"has": [step["gives"]]}, "typing")


def symbols(stage: Stage, step: dict[str, Any]) -> None:
    def names(found: list[dict[str, Any]], before: str = "") -> Iterable[str]:
        for each in found:
            yield before + each["name"]
            yield from names(each.get("children") or [], before + each["name"] + "/")

    found = stage.ask("textDocument/documentSymbol") or []
    _compare(list(names(found)), {"has": step["symbols"], "lacks": step.get("lacks", ())}, "symbols")
    if step.get("flat"):
        assert all("location" in each for each in found)


def workspace_symbols(stage: Stage, step: dict[str, Any]) -> None:
    def check() -> None:
        found = stage.client.request("workspace/symbol", {"query": step["workspace_symbols"]}) or []
        _compare([f"{each['name']} {stage.name(each['location']['uri'])}" for each in found], step, "symbols")

    _until(check, stage)


def hints(stage: Stage, step: dict[str, Any]) -> None:
    whole = {"start": {"line": 0, "character": 0}, "end": stage.document.place(len(stage.document.text))}

    def check() -> None:
        labels = []
        for each in stage.ask("textDocument/inlayHint", range=whole) or []:
            label = each["label"]
            labels.append(label if isinstance(label, str) else "".join(part["value"] for part in label))
        _in_text("\n".join(labels), {"has": step["hints"], "lacks": step.get("lacks", ())}, "hints")

    _until(check, stage)


def tokens(stage: Stage, step: dict[str, Any]) -> None:
    """Pairs of `text: type` that are among the coloured ones."""
    legend = stage.client.abilities["semanticTokensProvider"]["legend"]["tokenTypes"]
    data, found = stage.ask("textDocument/semanticTokens/full")["data"], []
    line = column = 0
    for delta, start, length, kind, _ in zip(*(iter(data),) * 5, strict=True):
        line, column = line + delta, start + (column if delta == 0 else 0)
        range_ = {"start": {"line": line, "character": column}, "end": {"line": line, "character": column + length}}
        found.append(f"{stage.document.part(range_)}: {legend[kind]}")
    _compare(found, {"has": step["tokens"]}, "tokens")


def folds(stage: Stage, step: dict[str, Any]) -> None:
    lines = stage.document.text.split("\n")
    found = [lines[each["startLine"]].strip() for each in stage.ask("textDocument/foldingRange") or []]
    _compare(found, {"has": step["folds"]}, "folds")


def selection(stage: Stage, step: dict[str, Any]) -> None:
    (found,) = stage.ask("textDocument/selectionRange", positions=[stage.document.position(step["selection"])])
    parts = []
    while found is not None:
        parts.append(stage.document.part(found["range"]))
        found = found.get("parent")
    _compare(parts, step, "selection")


def links(stage: Stage, step: dict[str, Any]) -> None:
    def check() -> None:
        found = stage.ask("textDocument/documentLink") or []
        told = [f"{stage.document.part(each['range'])} -> {stage.name(each.get('target') or '')}" for each in found]
        _compare(told, {"has": step["links"]}, "links")

    _until(check, stage)


def linked(stage: Stage, step: dict[str, Any]) -> None:
    found = stage.ask("textDocument/linkedEditingRange", position=stage.document.position(step["linked"]))
    assert [stage.document.part(each) for each in (found or {}).get("ranges", [])] == step["are"]


def lenses(stage: Stage, step: dict[str, Any]) -> None:
    lines = stage.document.text.split("\n")
    found = stage.ask("textDocument/codeLens") or []
    told = [f"{each['command']['title']} @ {lines[each['range']['start']['line']].strip()}" for each in found]
    _compare(told, {"has": step["lenses"], "lacks": step.get("lacks", ())}, "lenses")


def edit(stage: Stage, step: dict[str, Any]) -> None:
    """Put a text in the place of a part."""
    assert stage.document.text.count(step["edit"]) == 1, step["edit"]
    stage.replace(stage.document.text.replace(step["edit"], step["put"]))


def type_(stage: Stage, step: dict[str, Any]) -> None:
    """Type letter by letter, as fast as it goes, behind the cursor."""
    at = stage.document.offset(step["type"])
    for letter in step["letters"]:
        stage.replace(stage.document.text[:at] + letter + stage.document.text[at:])
        at += 1


def command(stage: Stage, step: dict[str, Any]) -> None:
    arguments = [stage.document.uri if each == "$uri" else each for each in step.get("arguments", ["$uri"])]
    answer = stage.client.request("workspace/executeCommand", {"command": step["command"], "arguments": arguments})
    if "answers" in step:
        assert answer == step["answers"], answer
    if step.get("refuses"):
        assert answer["started"] is False
        assert answer["reason"]


def request(stage: Stage, step: dict[str, Any]) -> None:
    """A bare request that is answered by an error of this code, or by `null`."""
    params = step.get("params", {"textDocument": {"uri": stage.document.uri}})
    try:
        answer = stage.client.request(step["request"], params)
    except RequestError as error:
        assert error.code == step["error"], error  # noqa: PT017
    else:
        assert "error" not in step, answer
        assert answer == step.get("answers"), answer


def cancel(stage: Stage, step: dict[str, Any]) -> None:
    """Ask often and cancel all but the last: that one is answered, the others too, by a result or as cancelled."""
    position = {"textDocument": {"uri": stage.document.uri}, "position": stage.document.position(step["cancel"])}
    numbers = [stage.client.send_request("textDocument/completion", position) for _ in range(30)]
    for number in numbers[:-1]:
        stage.client.notify("$/cancelRequest", {"id": number})
    for number in numbers[:-1]:
        try:
            stage.client.answer(number)
        except RequestError as error:
            assert error.code == -32800, error  # noqa: PT017
    assert stage.client.answer(numbers[-1])["items"]


def look_at(stage: Stage, step: dict[str, Any]) -> None:
    """Go on in another document, opened if it is not."""
    stage.current = step["look_at"]
    if stage.current not in stage.documents:
        stage.open(stage.current)


def on_disk(stage: Stage, step: dict[str, Any]) -> None:
    """Another program writes files, and the client's watcher tells so; null takes one away."""
    changes = []
    for name, text in step["on_disk"].items():
        path = stage.folder / name
        kind = 2 if path.exists() else 1
        if text is None:
            path.unlink()
            kind = 3
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        changes.append({"uri": path.as_uri(), "type": kind})
    stage.client.notify("workspace/didChangeWatchedFiles", {"changes": changes})


STEPS: dict[str, Callable[[Stage, dict[str, Any]], None]] = {
    "complete": complete, "hover": hover, "signature": signature, "diagnostics": diagnostics, "quiet": quiet,
    "pull": pull, "rename": rename, "calls": calls, "action": action, "format": format_, "on_type": on_type,
    "symbols": symbols, "workspace_symbols": workspace_symbols, "hints": hints, "tokens": tokens, "folds": folds,
    "selection": selection, "links": links, "linked": linked, "lenses": lenses, "edit": edit, "type": type_,
    "command": command, "request": request, "cancel": cancel, "look_at": look_at, "on_disk": on_disk,
    "definition": _locations("textDocument/definition", "definition"),
    "type_definition": _locations("textDocument/typeDefinition", "type_definition"),
    "references": _locations("textDocument/references", "references", context={"includeDeclaration": True}),
    "highlights": _locations("textDocument/documentHighlight", "highlights"),
}  # fmt: skip


def perform(stage: Stage, step: dict[str, Any]) -> None:
    """Do a step: the one that its first key names."""
    STEPS[next(iter(step))](stage, step)
