"""Start-up and checking: `python -m benchmarks.cli [--runs N] [--corpus DIR]`."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from benchmarks.processes import compare, table

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT.parent / "shared" / "corpus" / "flows"


def main() -> None:
    """Print the table of start-up and checking times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--corpus", type=Path, default=CORPUS, help="a folder of flows written for Kestra 1.3")
    arguments = parser.parse_args()
    tiercel = str(Path(sys.executable).with_name("tiercel"))
    longest = max(arguments.corpus.glob("*.yaml"), key=lambda path: path.stat().st_size)
    commands = {
        "python -c 'import json'": [sys.executable, "-c", "import json"],
        "python -c 'import click, yaml, jsonschema'": [sys.executable, "-c", "import click, yaml, jsonschema"],
        "tiercel --version": [tiercel, "--version"],
        "tiercel check, one small flow": [tiercel, "check", str(ROOT / "examples" / "hello.yaml")],
        "tiercel check, the longest corpus flow": [tiercel, "check", "--kestra-version", "1.3", str(longest)],
        "tiercel check, the corpus": [tiercel, "check", "--kestra-version", "1.3", str(arguments.corpus)],
        "tiercel run, one Log task": [tiercel, "run", str(ROOT / "examples" / "hello.yaml")],
    }
    if shutil.which(tiercel) is None:
        raise SystemExit("tiercel is not installed beside this Python: pip install -e .")
    figures = compare(commands, cwd=ROOT, runs=arguments.runs, expected=(0, 1))
    print(table(figures, baseline="python -c 'import json'"))


if __name__ == "__main__":
    main()
