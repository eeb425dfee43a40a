#!/usr/bin/env bash
# Installs what the tests need into .venv and vscode-extension/node_modules, then runs every check that CI runs.
# Needs Python 3.11+ and Node 20. Arguments go to pytest: `bash tools/test.sh -k completion`.
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf '\n== %s\n' "$*"; }

step "Python environment"
python=${PYTHON:-python3}
if [ ! -x .venv/bin/python ] && ! "$python" -m venv .venv; then
  # Debian ships python3 without its venv module.
  rm -rf .venv
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -q && apt-get install -qy --no-install-recommends python3-venv
  fi
  "$python" -m venv .venv
fi
.venv/bin/python -m pip install --quiet --disable-pip-version-check --upgrade pip
.venv/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
export PATH="$PWD/.venv/bin:$PATH"

step "Servers that tests talk to"
if [ ! -x /usr/sbin/sshd ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  # RUNLEVEL keeps Debian from starting it: a test does that, for itself.
  apt-get update -q && RUNLEVEL=1 apt-get install -qy --no-install-recommends openssh-server
fi
bash tools/services.sh
if ! command -v chromium >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  # The page of `tiercel serve` is tried in a real browser.
  apt-get update -q && apt-get install -qy --no-install-recommends chromium
fi
if ! command -v emacs >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get update -q && apt-get install -qy --no-install-recommends emacs-nox elpa-eglot
fi

step "Lint, format, types"
ruff check .
ruff format --check .
mypy

step "Generated files are as their generators make them"
python -m tools.generate --check

step "VS Code extension"
npm --prefix vscode-extension ci --no-audit --no-fund --loglevel=error
npm --prefix vscode-extension run --silent check
npm --prefix vscode-extension run --silent build

step "The editor server that the published schema is tried on"
npm --prefix tests/editors/yaml ci --no-audit --no-fund --loglevel=error

step "Tests"
# Many tests wait for processes, so that two at a time take half as long even on two busy cores.
python -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal "$@"

if [ $# -eq 0 ]; then
  step "The extension in a real VS Code"
  bash tools/vscode-tests.sh
fi
