"""`tiercel kv`: types, life spans, namespaces, and what is refused."""

import json

import pytest
from click.testing import CliRunner

from tiercel_server.cli.main import cli


@pytest.fixture
def kv(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments, code=0, **more):
        result = CliRunner().invoke(cli, ["kv", *arguments], **more)
        assert result.exit_code == code, result.output
        return result

    return invoke


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("STRING", "3", "3"),
        ("NUMBER", "3", 3),
        ("number", "-1.5", -1.5),
        ("BOOLEAN", "True", True),
        ("JSON", '{"a": [1, null]}', {"a": [1, None]}),
        ("DATE", "2026-01-31", "2026-01-31"),
        ("DATETIME", "2026-01-31T10:00:00+02:00", "2026-01-31T08:00:00Z"),
        ("DURATION", "P1DT2H", "PT26H"),
    ],
)
def test_a_value_keeps_its_type(kv, kind, text, value):
    kv("set", "k", "-n", "a.b", "--type", kind, "--", text)
    assert json.loads(kv("get", "k", "-n", "a.b", "--format", "json").stdout) == {"type": kind.upper(), "value": value}
    shown = kv("get", "k", "-n", "a.b").stdout.rstrip("\n")
    kv("set", "k2", "-n", "a.b", "--type", kind, "--", shown)
    assert json.loads(kv("get", "k2", "-n", "a.b", "--format", "json").stdout)["value"] == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [("NUMBER", "x"), ("NUMBER", "true"), ("NUMBER", "NaN"), ("BOOLEAN", "yes"), ("JSON", "{a: 1}"), ("DATE", "1.2."),
     ("DATETIME", "2026-01-31T10:00:00"), ("DURATION", "1h"), ("JSON", "[" * 100_000)],
)  # fmt: skip
def test_what_is_not_of_the_type_is_refused(kv, kind, text):
    assert f"is no {kind} value" in kv("set", "k", text, "-n", "a", "--type", kind, code=2).stderr
    kv("get", "k", "-n", "a", code=1)


def test_keys_are_found_in_the_namespaces_above(kv):
    kv("set", "k", "top", "-n", "a", "--description", "what for")
    kv("set", "own", "x", "-n", "a.b")
    assert "does not exist in the namespace 'a.b'" in kv("get", "k", "-n", "a.b", code=1).stderr
    assert kv("get", "k", "-n", "a.b", "--inherited").stdout == "top\n"
    rows = json.loads(kv("list", "-n", "a.b", "--inherited", "--format", "json").stdout)
    assert [(row["namespace"], row["key"]) for row in rows] == [("a.b", "own"), ("a", "k")]
    assert rows[1]["description"] == "what for"
    assert rows[1]["expirationDate"] is None
    kv("set", "k", "near", "-n", "a.b")
    rows = json.loads(kv("list", "-n", "a.b", "--inherited", "--format", "json").stdout)
    assert [(row["key"], row["value"]) for row in rows] == [("k", "near"), ("own", "x")]
    assert len(json.loads(kv("list", "--format", "json").stdout)) == 3


def test_a_life_span_is_told(kv):
    kv("set", "k", "1", "-n", "a", "--ttl", "P7D")
    (row,) = json.loads(kv("list", "--format", "json").stdout)
    assert row["expirationDate"] > row["creationDate"]
    for wrong in ("7d", "PT0S", "-P1D"):
        kv("set", "k", "1", "-n", "a", f"--ttl={wrong}", code=2)


def test_a_key_is_kept_or_removed(kv):
    kv("set", "k", "1", "-n", "a")
    assert "already exists" in kv("set", "k", "2", "-n", "a", "--no-overwrite", code=2).stderr
    kv("delete", "k", "-n", "a")
    kv("delete", "k", "-n", "a", code=1)
    assert "No pair matches" in kv("list").stderr


def test_standard_input_is_a_value(kv):
    kv("set", "k", "-", "-n", "a", input="two\nlines\n")
    assert kv("get", "k", "-n", "a").stdout == "two\nlines\n"
    assert "not UTF-8" in kv("set", "k", "-", "-n", "a", input=b"\xff", code=2).stderr


@pytest.mark.parametrize("name", ["../x", "a/b", "", " ", ".."])
def test_names_that_lead_elsewhere_are_refused(kv, name, tmp_path):
    kv("set", name, "1", "-n", "a", code=2)
    kv("set", "k", "1", "-n", name, code=2)
    assert not list(tmp_path.glob("**/*.json"))


def test_pairs_of_the_project_are_in_place_and_come_back(kv, tmp_path):
    (tmp_path / "tiercel.yaml").write_text("namespaces: {a: {kv: {limit: 3}}}\n")
    assert kv("get", "limit", "-n", "a").stdout == "3\n"
    assert "puts it in place again" in kv("delete", "limit", "-n", "a").stderr
