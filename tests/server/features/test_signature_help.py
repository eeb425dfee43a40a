"""Help inside the brackets of a call."""

from __future__ import annotations

import pytest

from tests.server.features.marked import CURSOR
from tiercel_server.features.signature_help import signature_help
from tiercel_server.workspace import DocumentSnapshot

FLOW = "id: a\nnamespace: b\ntasks:\n  - id: x\n    type: io.kestra.plugin.core.log.Log\n    message: "


@pytest.mark.parametrize(
    ("message", "parameter"),
    [
        ('"{{ secret(‸', "key"),
        ("\"{{ secret('a', ‸) }}\"", "namespace?"),
        ("\"{{ inputs.x | date('a', ‸\"", "timeZone?"),
        ("\"{{ inputs.x | dateAdd(1, 'DA‸YS') }}\"", "unit"),
        ('"{{ inputs.x | date(locale=‸) }}"', "locale?"),
        ('"{{ upper(secret(‸)) }}"', "key"),
        ('"{{ max(1, 2, 3, ‸) }}"', "...values"),
    ],
)
def test_parameter_at_the_cursor(message: str, parameter: str) -> None:
    text = FLOW + message + "\n"
    offset = text.index(CURSOR)
    found = signature_help(DocumentSnapshot("file:///f.yaml", text.replace(CURSOR, "")), offset)
    assert found is not None
    shown = found.parameters[found.active]
    assert shown == parameter
    assert found.label.endswith(")")
    assert shown in found.label
    assert found.markdown


@pytest.mark.parametrize(
    "message", ['"{{ ‸secret() }}"', '"{{ secret() ‸}}"', '"{{ nothing(‸) }}"', '"secret(‸"', '"{{ a ‸']
)
def test_no_call(message: str) -> None:
    text = FLOW + message + "\n"
    offset = text.index(CURSOR)
    assert signature_help(DocumentSnapshot("file:///f.yaml", text.replace(CURSOR, "")), offset) is None
