"""The packaged data is what its generator makes, and the tool that runs generators tells differences."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tools import generate
from tools.generators import SourceMissingError, catalog

SOURCE = generate.ROOT.parent / "shared" / "catalog"


@pytest.mark.skipif(not SOURCE.is_dir() and not os.environ.get("CI"), reason="the facts are not at ../shared/catalog")
def test_the_packaged_data_is_up_to_date() -> None:
    wanted = catalog.generate(generate.ROOT)
    assert generate.differences(generate.ROOT, wanted, catalog.OWNED) == []


def test_a_missing_source_is_said(tmp_path: Path) -> None:
    with pytest.raises(SourceMissingError, match="shared"):
        catalog.generate(tmp_path / "repository")


def test_differences_are_told_and_made_good(tmp_path: Path) -> None:
    owned = (Path("data"),)
    wanted = {Path("data/a.json"): b"a", Path("data/below/b.json"): b"b", Path("data/c.json"): b"c"}
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.json").write_bytes(b"old")
    (tmp_path / "data" / "c.json").write_bytes(b"c")
    (tmp_path / "data" / "left.json").write_bytes(b"x")
    found = generate.differences(tmp_path, wanted, owned)
    assert {(each.path.as_posix(), each.problem) for each in found} == {
        ("data/a.json", "is out of date"),
        ("data/below/b.json", "is missing"),
        ("data/left.json", "is left over"),
    }
    generate.apply(tmp_path, wanted, found)
    assert generate.differences(tmp_path, wanted, owned) == []
    assert not (tmp_path / "data" / "left.json").exists()


def test_the_command_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generate, "ROOT", tmp_path / "repository")
    assert generate.main(["--check", "catalog"]) == 2


def test_an_unknown_generator_is_misuse(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        generate.main(["nope"])
    assert stopped.value.code == 2
    assert "no generator named nope" in capsys.readouterr().err
