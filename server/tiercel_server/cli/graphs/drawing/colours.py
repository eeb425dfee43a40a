"""The looks of the picture as CSS: light, and dark where whoever looks at it prefers that."""

from __future__ import annotations

from typing import Final

_SHAPE: Final = """
text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
.name{font-size:13px;font-weight:600}.type,.detail,.label text{font-size:11px}
.detail{font-style:italic}.label text{text-anchor:middle;font-weight:600}
.box{stroke-width:1.25}.holder>.box{stroke-width:1.5}.rule{fill:none;stroke-width:1}
.section>.box{stroke-dasharray:6 4}.missing>.box,.disabled>.box{stroke-dasharray:4 3}
.disabled>text{opacity:.6}.mark{stroke-width:1.3;stroke-linejoin:round}
.edge{fill:none;stroke-width:1.5}.edge.trigger,.edge.errors{stroke-dasharray:6 4}
.edge.finally,.edge.after{stroke-dasharray:2 4;stroke-linecap:round}.pill{stroke-width:1}
"""
_LIGHT: Final = {
    "paper": "#ffffff",
    "box": "#ffffff",
    "holder": "#f4f6fb",
    "edge": "#64708a",
    "text": "#1a2233",
    "faint": "#56617a",
    "task": "#9aa6bd",
    "flowable": "#5b5bd6",
    "subflow": "#0b7a75",
    "trigger": "#a15c00",
    "section": "#7d879c",
    "errors": "#c0262d",
    "trigger-fill": "#fff6e5",
    "subflow-fill": "#eefaf8",
}
_DARK: Final = {
    "paper": "#12151c",
    "box": "#1f2430",
    "holder": "#181c26",
    "edge": "#94a0b8",
    "text": "#eef1f7",
    "faint": "#aab4c8",
    "task": "#5d6880",
    "flowable": "#9a9bff",
    "subflow": "#4fd1c5",
    "trigger": "#ffbf66",
    "section": "#8590a8",
    "errors": "#ff7b7b",
    "trigger-fill": "#2d2518",
    "subflow-fill": "#16292a",
}


def _rules(colours: dict[str, str]) -> str:
    told = [
        f".paper{{fill:{colours['paper']}}}",
        f".box{{fill:{colours['box']};stroke:{colours['task']}}}.holder>.box{{fill:{colours['holder']}}}",
        f"text{{fill:{colours['text']}}}.type,.detail{{fill:{colours['faint']}}}",
        f".edge{{stroke:{colours['edge']}}}.head{{fill:{colours['edge']}}}",
        f".edge.errors{{stroke:{colours['errors']}}}.head.errors{{fill:{colours['errors']}}}",
        f".pill{{fill:{colours['paper']};stroke:{colours['edge']}}}.label text{{fill:{colours['text']}}}",
        f".label.errors>.pill{{stroke:{colours['errors']}}}.label.errors text{{fill:{colours['errors']}}}",
        f".rule{{stroke:{colours['task']}}}",
    ]
    told += [
        f".{kind}>.box,.{kind}>.mark{{stroke:{colours[kind]}}}.{kind}>.mark{{fill:none}}"
        for kind in ("flowable", "subflow", "trigger", "section")
    ]
    told.append(f".flow>.mark{{stroke:{colours['faint']};fill:none}}.missing>.box{{stroke:{colours['errors']}}}")
    told.append(f".trigger>.box{{fill:{colours['trigger-fill']}}}.trigger>.mark{{fill:{colours['trigger']}}}")
    told.append(f".subflow:not(.holder)>.box{{fill:{colours['subflow-fill']}}}")
    return "".join(told)


STYLE: Final = f"{_SHAPE}{_rules(_LIGHT)}@media(prefers-color-scheme:dark){{{_rules(_DARK)}}}".replace("\n", "")
