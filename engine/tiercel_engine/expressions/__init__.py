"""Evaluation of expressions: nodes lowered to jinja2's compiler and sandbox.

`Renderer(version, services)` renders templates against a context of plain data:

- `render(template, context) -> str`; `render_typed(template, context) -> Any` keeps the type of a template that is
  one expression; `render_value(value, context)` renders keys, values and elements deeply.
- `is_truthy(text)` is the rule of conditions; `is_true(template, context)` renders and asks it.
- `RenderError`: `message` and `error_class` as Kestra has them, `cause`, `line`, `offset`.

What functions need from a run (KV, files, secrets, clock …) comes through `RenderServices`; `NO_SERVICES` has a
clock and random numbers only, and is the base class `BareServices` of fuller ones.
"""

from tiercel_engine.expressions.errors import RenderError
from tiercel_engine.expressions.renderer import Renderer, is_truthy
from tiercel_engine.expressions.services import (
    NO_SERVICES,
    BareServices,
    HttpAnswer,
    HttpCall,
    NamespaceMissing,
    NotAllowed,
    RenderServices,
    SubflowCall,
    Unavailable,
)

__all__ = [
    "NO_SERVICES",
    "BareServices",
    "HttpAnswer",
    "HttpCall",
    "NamespaceMissing",
    "NotAllowed",
    "RenderError",
    "RenderServices",
    "Renderer",
    "SubflowCall",
    "Unavailable",
    "is_truthy",
]
