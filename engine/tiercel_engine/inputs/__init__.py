"""Inputs resolved, converted and checked; flow outputs typed."""

from tiercel_engine.inputs.flow_outputs import OutputError, RenderedOutputs, render_outputs
from tiercel_engine.inputs.registry import RefusedValue
from tiercel_engine.inputs.resolve import (
    InputError,
    InputProblem,
    Rendering,
    ResolvedInputs,
    given_value,
    input_complaint,
    missing_inputs,
    resolve_inputs,
)

__all__ = [
    "InputError",
    "InputProblem",
    "OutputError",
    "RefusedValue",
    "RenderedOutputs",
    "Rendering",
    "ResolvedInputs",
    "given_value",
    "input_complaint",
    "missing_inputs",
    "render_outputs",
    "resolve_inputs",
]
