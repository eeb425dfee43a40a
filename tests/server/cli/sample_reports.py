"""Reports that ask everything of a format."""

from __future__ import annotations

from tiercel_schemas.diagnostics import Severity
from tiercel_server.cli.checking.report import Report, ReportedFinding, file_problem

EMPTY = Report((), 0)
CLEAN = Report((), 2, ("flows/a.yaml", "flows/b.yaml"))

USUAL = Report(
    findings=(
        ReportedFinding("tiercel.yaml", 2, 3, 2, 7, Severity.ERROR, "project-file", "`rlues` is no setting"),
        ReportedFinding(
            "flows/a b.yaml",
            6,
            14,
            6,
            18,
            Severity.ERROR,
            "sample-rule",
            "the flow has no input `nmae`; did you mean `name`?",
            "    message: nmae",
            "    message: nmae",
        ),
        ReportedFinding(
            "flows/a b.yaml",
            7,
            16,
            9,
            3,
            Severity.WARNING,
            "sample-rule",
            'two lines,\n50% & <more> "quoted": é😀',
            "    é😀: tasks: [",
            "日本 ]",
        ),
        ReportedFinding("flows/c.yaml", 1, 1, 1, 1, Severity.INFORMATION, "other", "told only"),
        ReportedFinding("flows/c.yaml", 3, 2, 3, 4, Severity.HINT, "other", "told only", "\tab"),
    ),
    checked=3,
    paths=("flows/a b.yaml", "flows/clean.yaml", "flows/c.yaml"),
)
"""What projects meet: findings of each severity, in one line and over several, of flows and of the project file."""

ODD_TEXTS = (
    "]]>",
    "<!-- & --> </failure> \"'",
    "nul \0 bell \a escape \x1b[2J\x1b]0;title\x07 delete \x7f next line \x85",
    "lone \ud800 surrogates \udcff here",
    "not characters \ufffe \uffff",
    "separators \u2028 \u2029 and \r\n breaks \r done",
    "turned \u202e round \u2066",
    "::error file=x::injected",
    "one\n::set-output name=x::y\n##[error]z",
    "%0A%25 100%",
    "é 日本 😀 \U0010ffff",
    "#" * 5000,
)
ODD_PATHS = (
    "a b/ü 日本.yaml",
    "100%/a#b?c&d.yaml",
    "a:b,c.yaml",
    "-dash.yaml",
    "new\nline.yaml",
    "<stdin>",
    "caf\udce9.yaml",
    "\ud800.yaml",
    "../outside/x.yaml",
    "/elsewhere/x y.yaml",
    "back\\slash.yaml",
    "quote'\"<&>.yaml",
)


def odd_report() -> Report:
    """Every odd text in every odd path, as message and as source."""
    findings = tuple(
        ReportedFinding(path, number + 1, 3, number + 1, 9, Severity(number % 4 + 1), "sample-rule", text, text, text)
        for path in ODD_PATHS
        for number, text in enumerate(ODD_TEXTS)
    )
    return Report((*findings, file_problem("x\0.yaml", "no-flow", "\0")), len(ODD_PATHS), ODD_PATHS)


def large_report(files: int, findings: int) -> Report:
    """Many findings in many files."""
    paths = tuple(f"flows/{number}.yaml" for number in range(files))
    return Report(
        tuple(
            ReportedFinding(path, line, 1, line, 2, Severity.ERROR, "sample-rule", "the same", "same", "same")
            for path in paths
            for line in range(1, findings + 1)
        ),
        files,
        paths,
    )
