"""`tiercel check`: report what is wrong in flows."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Self

import click

from tiercel_schemas.diagnostics import Severity
from tiercel_schemas.versions import KestraVersion
from tiercel_server.cli.checking.files import find_files
from tiercel_server.cli.checking.report import Report
from tiercel_server.cli.checking.runner import MISUSE_CODES, CheckOptions, CheckRun
from tiercel_server.cli.formats import FORMATS, render

_SEVERITIES = [severity.label for severity in Severity]
_STDIN = "-"
_MANY = 200
_FILE = click.Path(dir_okay=False, path_type=Path)
_OLD_HINT = (
    "Some of this looks written for Kestra 1.3; without a version 2.0 holds. "
    'Say `--kestra-version 1.3`, or write `kestra-version: "1.3"` into tiercel.yaml.'
)


def _codes(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> frozenset[str]:
    codes = frozenset(code.strip() for value in values for code in value.split(",") if code.strip())
    if codes:
        from tiercel_server.rules import all_rules
        from tiercel_server.rules.selectors import SELECTORS, codes_of

        known = [*all_rules(), *SELECTORS]
        for code in sorted(codes - MISUSE_CODES - {*known}):
            near = difflib.get_close_matches(code, known, n=1)
            hint = f" Did you mean '{near[0]}'?" if near else " `tiercel explain` lists them."
            raise click.BadParameter(f"there is no rule '{code}'.{hint}")
        return codes_of(codes)
    return codes


@click.command(
    epilog="""\b
Exit status: 0 nothing at or above --fail-on, 1 findings, 2 misuse
(a missing file, a named file without a flow, an unknown option).""",
)
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option(
    "--format", "format_", type=click.Choice(FORMATS), default="text", show_default=True, help="Report format."
)
@click.option(
    "--fail-on",
    type=click.Choice([*_SEVERITIES, "never"]),
    default="error",
    show_default=True,
    help="Exit with 1 for findings of this severity or worse.",
)
@click.option(
    "--kestra-version",
    type=click.Choice([version.value for version in KestraVersion]),
    help="The line of Kestra; before tiercel.yaml's, before the default 2.0.",
)
@click.option(
    "--select",
    multiple=True,
    metavar="CODE",
    callback=_codes,
    help="Report only these rules or groups (comma separated).",
)
@click.option("--ignore", multiple=True, metavar="CODE", callback=_codes, help="Leave out these rules or groups.")
@click.option(
    "--profile",
    multiple=True,
    type=click.Choice(["practice", "security"]),
    help="Also report a group of rules that is off by default.",
)
@click.option("--flows-only", is_flag=True, help="Pass over named files that hold no flow, as a commit hook needs.")
@click.option("--fix", is_flag=True, help="Mend what can be mended for certain, then report the rest.")
@click.option("--unsafe-fixes", is_flag=True, help="With --fix or --diff: also follow guesses at what was meant.")
@click.option("--diff", is_flag=True, help="Show what --fix would change; exit with 1 if anything.")
@click.option("--baseline", type=_FILE, help="Report only what this file of known findings does not hold.")
@click.option("--write-baseline", type=_FILE, help="Keep all findings as known in this file, and end with 0.")
@click.option("--stdin-filename", metavar="NAME", help="The name of what `-` reads, for reports and project settings.")
@click.option(
    "--jobs",
    "-j",
    type=click.IntRange(1, 256),
    metavar="N",
    help="Check in so many processes; by default in as many as help.",
)
@click.option("--no-cache", is_flag=True, help="Neither use nor keep findings of earlier checks in .tiercel/cache.")
@click.option("--output-file", "-o", type=_FILE, help="Write the report there.")
def command(  # noqa: PLR0913, PLR0917 - a parameter an option
    paths: tuple[str, ...],
    format_: str,
    fail_on: str,
    kestra_version: str | None,
    select: frozenset[str],
    ignore: frozenset[str],
    profile: tuple[str, ...],
    flows_only: bool,  # noqa: FBT001 - a flag
    fix: bool,  # noqa: FBT001 - a flag
    unsafe_fixes: bool,  # noqa: FBT001 - a flag
    diff: bool,  # noqa: FBT001 - a flag
    baseline: Path | None,
    write_baseline: Path | None,
    stdin_filename: str | None,
    jobs: int | None,
    no_cache: bool,  # noqa: FBT001 - a flag
    output_file: Path | None,
) -> None:
    """Report what is wrong in flows.

    PATH is a file, a folder (all flows below it, what git ignores left out), or - for standard input; without one the
    current folder is checked.
    """
    version = KestraVersion(kestra_version) if kestra_version else None
    options = CheckOptions(version, select, ignore, frozenset(profile))
    run = CheckRun(options, jobs=jobs, use_cache=not no_cache)
    named = [Path(path) for path in paths or (".",) if path != _STDIN]
    for path in named:
        _must_exist(path)
    if _STDIN in paths:
        run.add_bytes(stdin_filename or "<stdin>", sys.stdin.buffer.read())
    for file in find_files(tuple(named), _warn_of_folder):
        run.add_file(replace(file, named=False) if flows_only else file)
    if diff:
        sys.exit(_show_difference(run, output_file, guesses=unsafe_fixes))
    if fix:
        if _STDIN in paths:
            raise click.UsageError("Standard input can't be mended; `--diff` shows what would change.")
        _mend_files(run, guesses=unsafe_fixes)
    with _Progress() as progress:
        report = run.finish(whole_tree=any(path.is_dir() for path in named), progress=progress.show)
    if write_baseline is not None:
        sys.exit(_keep_baseline(report, write_baseline))
    if baseline is not None:
        report = _without_known(report, baseline)
    _write(render(format_, report), output_file)
    if not report.checked and not report.findings and not flows_only:
        click.echo(f"No flow found under {', '.join(str(path) for path in named)}.", err=True)
    if run.looks_old and format_ in {"text", "concise"}:
        click.echo(_OLD_HINT, err=True)
    if run.misused:
        sys.exit(2)
    limit = next((severity for severity in Severity if severity.label == fail_on), None)
    sys.exit(1 if limit is not None and any(each.severity <= limit for each in report.findings) else 0)


def _show_difference(run: CheckRun, output_file: Path | None, *, guesses: bool) -> int:
    from tiercel_server.cli.checking.fixing import difference

    lines = [
        line
        for before, mended in run.mend(lambda each: each.safe or guesses)
        for line in difference(before, mended.snapshot)
    ]
    _write(lines, output_file)
    return 1 if lines else 0


def _mend_files(run: CheckRun, *, guesses: bool) -> None:
    from tiercel_server.cli.checking.fixing import write_text

    count = files = 0
    for before, mended in run.mend(lambda each: each.safe or guesses):
        try:
            write_text(Path(before.name), mended.snapshot.text.text)
        except OSError as error:
            raise click.UsageError(f"'{before.name}' can't be written: {error.strerror}.") from None
        count, files = count + mended.count, files + 1
    if count:
        click.echo(f"Mended {count} in {files} file{'s' if files > 1 else ''}.", err=True)


def _keep_baseline(report: Report, path: Path) -> int:
    from tiercel_server.cli.checking.baseline import write_baseline

    try:
        count = write_baseline(path, report.findings)
    except OSError as error:
        raise click.UsageError(f"The baseline can't be written to '{path}': {error.strerror}.") from None
    click.echo(f"{count} findings are known now, in '{path}'.", err=True)
    return 0


def _without_known(report: Report, path: Path) -> Report:
    from tiercel_server.cli.checking.baseline import BaselineError, new_findings, read_baseline

    try:
        return replace(report, findings=tuple(new_findings(report.findings, read_baseline(path))))
    except BaselineError as error:
        raise click.UsageError(str(error)) from None


def _warn_of_folder(folder: Path, error: OSError) -> None:
    click.echo(f"warning: the folder '{folder}' can't be read, so it was passed over: {error.strerror}.", err=True)


def _must_exist(path: Path) -> None:
    from tiercel_server.cli.near_names import broken_link, near_paths

    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as error:
        raise click.UsageError(f"'{path}' can't be read: {error.strerror}.") from None
    else:
        return
    target = broken_link(path)
    if target is not None:
        raise click.UsageError(f"'{path}' is a link to '{target}', which does not exist.")
    near = near_paths(path)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    raise click.UsageError(f"There is no file or folder '{path}'.{hint}")


def _write(lines: Iterable[str], output_file: Path | None) -> None:
    text = "".join(f"{line}\n" for line in lines)
    if output_file is None:
        click.echo(text, nl=False, color=None if "NO_COLOR" not in os.environ else False)
        return
    try:
        output_file.write_text(click.unstyle(text), encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise click.UsageError(f"The report can't be written to '{output_file}': {error.strerror}.") from None


class _Progress:
    """A count on standard error while many files are checked, for who looks at a terminal."""

    def __init__(self) -> None:
        self._is_terminal = sys.stderr.isatty()
        self._is_shown = False

    def __enter__(self) -> Self:
        return self

    def show(self, what: str, done: int, total: int) -> None:
        """Tell how far it is."""
        if self._is_terminal and total >= _MANY and (done % 50 == 0 or done == total):
            click.echo(f"\r{f'{done} of {total} files {what}':40}", err=True, nl=False)
            self._is_shown = True

    def __exit__(self, *_: object) -> None:
        if self._is_shown:
            click.echo("\r" + " " * 40 + "\r", err=True, nl=False)
