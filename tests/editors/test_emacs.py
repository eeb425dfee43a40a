"""The configuration for Emacs in a real Emacs with eglot, which `tools/test.sh` installs on Debian."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.lsp.test_story import FLOW

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = Path(sys.executable).parent


def test_an_authors_story(tmp_path: Path) -> None:
    emacs = shutil.which("emacs")
    assert emacs is not None, "Emacs is missing: apt-get install emacs-nox elpa-eglot"
    flow = tmp_path / "flows" / "story.yaml"
    flow.parent.mkdir()
    flow.write_text(FLOW, encoding="utf-8")
    environment = {
        **os.environ,
        "HOME": str(tmp_path),
        "STORY_FLOW": str(flow),
        "STORY_EDITORS": str(ROOT / "editors" / "emacs"),
        "PATH": f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}",
    }
    command = [emacs, "--batch", "-Q", "-l", str(Path(__file__).with_name("story.el"))]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 0, f"{ended.stdout}\n{ended.stderr}"
    assert "story told" in ended.stdout
