#!/usr/bin/env bash
# Packages the VS Code extension for one platform, with the wheels of Tiercel and all that it needs, so that it works offline.
# `bash tools/package-vsix.sh [TARGET]`: linux-x64 (default: this machine's), linux-arm64, darwin-x64, darwin-arm64, win32-x64.
# Downloaded wheels are kept in .tools/wheels/TARGET. The result is vscode-extension/tiercel-TARGET.vsix; its size is printed.
set -euo pipefail
cd "$(dirname "$0")/.."

python=.venv/bin/python
[ -x "$python" ] || python=${PYTHON:-python3}
versions=(3.11 3.12 3.13)

this_machine() {
  local system machine
  system=$(uname -s) machine=$(uname -m)
  case $machine in x86_64 | amd64) machine=x64 ;; aarch64 | arm64) machine=arm64 ;; esac
  case $system in Linux) echo "linux-$machine" ;; Darwin) echo "darwin-$machine" ;; *) echo "win32-$machine" ;; esac
}
target=${1:-$(this_machine)}
case $target in
  linux-x64) platforms=(manylinux2014_x86_64 manylinux_2_17_x86_64 manylinux_2_28_x86_64) ;;
  linux-arm64) platforms=(manylinux2014_aarch64 manylinux_2_17_aarch64 manylinux_2_28_aarch64) ;;
  darwin-x64) platforms=(macosx_10_9_x86_64 macosx_10_12_x86_64 macosx_10_13_x86_64 macosx_11_0_x86_64 macosx_13_0_x86_64) ;;
  darwin-arm64) platforms=(macosx_11_0_arm64 macosx_12_0_arm64 macosx_13_0_arm64 macosx_14_0_arm64) ;;
  win32-x64) platforms=(win_amd64) ;;
  *) echo "unknown target $target" >&2; exit 2 ;;
esac

# The wheels of what the core needs, by version of Python; downloaded again only when what it needs has changed.
wheels=.tools/wheels/$target
wanted=$("$python" - "${versions[*]}" <<'END'
import hashlib, sys, tomllib
needs = tomllib.load(open("pyproject.toml", "rb"))["project"]["dependencies"]
print(hashlib.sha256(repr((sys.argv[1], needs)).encode()).hexdigest())
END
)
if [ "$(cat "$wheels/.needs" 2>/dev/null)" != "$wanted" ]; then
  rm -rf "$wheels"
  mkdir -p "$wheels"
  "$python" -c 'import tomllib; print("\n".join(tomllib.load(open("pyproject.toml", "rb"))["project"]["dependencies"]))' >"$wheels/.requirements"
  flags=()
  for each in "${platforms[@]}"; do flags+=(--platform "$each"); done
  for version in "${versions[@]}"; do
    "$python" -m pip download --quiet --disable-pip-version-check --only-binary :all: --implementation cp \
      --python-version "$version" "${flags[@]}" --dest "$wheels/$version" --requirement "$wheels/.requirements"
  done
  # pip itself: some systems ship Python without it.
  "$python" -m pip download --quiet --disable-pip-version-check --no-deps --dest "$wheels" pip
  echo "$wanted" >"$wheels/.needs"
fi

# Ours is made anew each time: the extension is never packaged with an older server. `bundle.json` says what to install for
# which version of Python. numpy is left out, half of the size: amazon.ion's own dependency names it and never imports it
# unless a program has done so.
extension=vscode-extension
rm -rf "$extension/bundled"
mkdir -p "$extension/bundled/wheels"
"$python" -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir "$extension/bundled/wheels" .
"$python" - "$target" "${versions[*]}" "$wheels" "$extension/bundled" <<'END'
import json, pathlib, shutil, sys
target, versions, wheels, folder = sys.argv[1], sys.argv[2].split(), pathlib.Path(sys.argv[3]), pathlib.Path(sys.argv[4])
left_out = {"numpy"}
ours = next(folder.glob("wheels/tiercel-*.whl"))
names = {}
for version in versions:
    names[version] = [ours.name]
    for wheel in sorted((wheels / version).glob("*.whl")):
        if wheel.name.split("-")[0].lower() not in left_out:
            shutil.copy(wheel, folder / "wheels" / wheel.name)
            names[version].append(wheel.name)
pip = next(wheels.glob("pip-*.whl"))
shutil.copy(pip, folder / "wheels" / pip.name)
bundle = {"version": ours.name.split("-")[1], "target": target, "pip": pip.name, "wheels": names}
(folder / "bundle.json").write_text(json.dumps(bundle) + "\n")
END

cp LICENSE "$extension/LICENSE"
npm --prefix "$extension" run --silent package -- --target "$target" -o "tiercel-$target.vsix" "${@:2}" >&2
rm -f "$extension/LICENSE"
size=$(wc -c <"$extension/tiercel-$target.vsix")
count=$(find "$extension/bundled/wheels" -name '*.whl' | wc -l)
awk -v s="$size" -v c="$count" -v t="$target" 'BEGIN { printf "tiercel-%s.vsix: %.1f MB, %d wheels\n", t, s / 1e6, c }'
