"""The picture in the README: a flow in a real Neovim, run from there, its task runs on its lines.

    python -m tools.picture

Needs tmux, and the development dependencies for Neovim and rich. Writes docs/images/editor.svg; made by hand when what
it shows has changed, since fonts and versions of Neovim would make a generated file differ.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.color_triplet import ColorTriplet
from rich.console import Console
from rich.terminal_theme import SVG_EXPORT_THEME
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "images" / "editor.svg"
COLUMNS, LINES = 104, 22
NEOVIM_BACKGROUND = ColorTriplet(0x14, 0x16, 0x1B)
FLOW = """\
id: daily-report
namespace: company.team

inputs:
  - id: city
    type: STRING
    defaults: Vienna

tasks:
  - id: fetch
    type: io.kestra.plugin.core.debug.Return
    format: "{{ inputs.city | upper }}"

  - id: report
    type: io.kestra.plugin.scripts.shell.Commands
    taskRunner:
      type: io.kestra.plugin.core.runner.Process
    commands:
      - echo "Report for {{ outputs.fetch.value }}"
      - cat missing.txt
"""


def main() -> None:
    """Draw the picture."""
    with tempfile.TemporaryDirectory() as folder:
        screen = _screen(Path(folder))
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(screen), end="")
    SVG_EXPORT_THEME.background_color = NEOVIM_BACKGROUND
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(console.export_svg(title="daily-report.yaml — Neovim"), encoding="utf-8")


def _screen(folder: Path) -> str:
    """What the terminal shows after the flow was run, with its colours."""
    (folder / "daily-report.yaml").write_text(FLOW, encoding="utf-8")
    (folder / "tiercel.yaml").write_text('kestra-version: "2.0"\n', encoding="utf-8")
    (folder / "init.lua").write_text(
        f"""
        vim.opt.runtimepath:prepend({str(ROOT / "editors" / "nvim")!r})
        vim.opt.termguicolors = true
        vim.opt.swapfile = false
        vim.diagnostic.config({{ virtual_text = true, signs = false }})
        vim.api.nvim_create_autocmd({{ 'LspAttach', 'CursorHold' }}, {{
          callback = function() vim.defer_fn(function() vim.lsp.codelens.refresh({{ bufnr = 0 }}) end, 500) end,
        }})
        vim.lsp.enable('tiercel')
        """,
        encoding="utf-8",
    )
    tmux = [shutil.which("tmux") or "tmux", "-L", f"tiercel-picture-{os.getpid()}", "-f", os.devnull]
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    environment = {**os.environ, "PATH": path, "XDG_STATE_HOME": str(folder / "state"), "TERM": "xterm-256color"}
    session = ["new-session", "-d", "-x", str(COLUMNS), "-y", str(LINES), "nvim -u init.lua daily-report.yaml"]
    subprocess.run([*tmux, *session], cwd=folder, env=environment, check=True)
    try:
        _wait_for(tmux, "▶")
        subprocess.run([*tmux, "send-keys", ":TiercelRun", "Enter"], check=True)
        _wait_for(tmux, "| ✗")
        subprocess.run([*tmux, "send-keys", ":echo", "Enter"], check=True)
        time.sleep(1)
        return _capture(tmux, "-e")
    finally:
        subprocess.run([*tmux, "kill-server"], check=False)


def _wait_for(tmux: list[str], text: str) -> None:
    deadline = time.monotonic() + 30
    while text not in (seen := _capture(tmux)):
        if time.monotonic() > deadline:
            raise SystemExit(f"the editor never showed {text!r}:\n{seen}")
        time.sleep(0.2)


def _capture(tmux: list[str], *options: str) -> str:
    done = subprocess.run([*tmux, "capture-pane", "-p", *options], capture_output=True, text=True, check=True)
    return done.stdout


if __name__ == "__main__":
    main()
