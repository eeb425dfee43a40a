#!/usr/bin/env bash
# Tries the packaged extension in a real VS Code: `bash tools/vscode-tests.sh [--oldest] [SUITE…]`.
# Suites: parts, main, missing, untrusted (mocha in the extension host), walk (a person in the browser; remakes the pictures of
# docs/images/vscode). --oldest also tries the oldest VS Code that the extension is made for. Ends with `N passed, N failed`.
# Without what it takes (Node, or Chromium and no way to install it) it says so and does nothing; where CI is set it fails.
set -euo pipefail
cd "$(dirname "$0")/.."

skip() {
  echo "VS Code tests skipped: $1"
  [ -z "${CI:-}" ] || exit 1
  exit 0
}

oldest=
if [ "${1:-}" = --oldest ]; then
  oldest=yes
  shift
fi
command -v npm >/dev/null || skip "Node is not installed"
[ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || skip "they are made for Linux on x86-64"
status=0
entry=$(bash tools/vscode-editor.sh newest) || status=$?
[ $status != 3 ] || skip "Chromium, or what VS Code is compiled with, is not installed"
[ $status = 0 ] || exit $status

[ -d vscode-extension/node_modules ] || npm --prefix vscode-extension ci --no-audit --no-fund --loglevel=error
npm --prefix tests/editors/vscode ci --no-audit --no-fund --loglevel=error
npm --prefix tests/editors/vscode run --silent check
bash tools/package-vsix.sh

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
run() { # NAME ENTRY NODE SUITE…
  local name=$1 entry=$2 node=$3
  shift 3
  "$PWD/.tools/vscode/bin/node" tests/editors/vscode/main.ts "$node" "$entry" "$PWD/vscode-extension/tiercel-linux-x64.vsix" \
    "$scratch/$name" "${name%-again}" "$@" | tee "$scratch/$name.log"
}
# A workbench on a busy machine is late now and then: what fails is tried once more, and the second time counts.
tried() { # NAME ENTRY NODE SUITE…
  local name=$1 entry=$2 node=$3
  if run "$@"; then
    return 0
  fi
  local late
  mapfile -t late < <(awk '$1 == "suite" && $4 > 0 { print $2 }' "$scratch/$name.log")
  [ ${#late[@]} -gt 0 ] || return 1 # It broke down before a suite could fail.
  printf '\nOnce more: %s\n' "${late[*]}"
  mkdir -p "$scratch/$name-again"
  run "$name-again" "$entry" "$node" "${late[@]}"
}
failed=
mkdir -p "$scratch"
tried newest "$entry" "$PWD/.tools/vscode/bin/node" "$@" || failed=yes
if [ -n "$oldest" ]; then
  entry=$(bash tools/vscode-editor.sh oldest)
  tried oldest "$entry" "$(command -v node)" "$@" || failed=yes
fi
status=0
[ -z "$failed" ] || status=1
awk '$1 == "suite" { n = FILENAME; sub(/.*\//, "", n); sub(/(-again)?\.log$/, "", n); p[n, $2] = $3; f[n, $2] = $4 }
  END { for (each in p) { passed += p[each]; failed += f[each] } printf "%d passed, %d failed\n", passed, failed }' \
  $(ls -tr "$scratch"/*.log)
exit $status
