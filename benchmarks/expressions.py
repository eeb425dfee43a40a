"""Parsing and rendering per second, cached and not, beside plain jinja2 on the nearest equivalent template.

python -m benchmarks.expressions [SECONDS]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial

from jinja2 import Environment
from jinja2.sandbox import SandboxedEnvironment

from tiercel_engine.expressions import Renderer
from tiercel_engine.expressions import renderer as renderer_module
from tiercel_schemas.expressions import parse_template

CONTEXT = {
    "inputs": {"name": "World", "n": 42, "rows": [{"id": i, "name": f"item {i}"} for i in range(20)]},
    "outputs": {"fetch": {"value": "v", "uri": "kestra:///a/b.txt"}},
    "flow": {"id": "f", "namespace": "company.team"},
}
LOOP = "{% for x in inputs.rows %}{{ x.id }}: {{ x.name | upper }}\n{% endfor %}"
LONG = "\n".join(
    f"line {i}: {{{{ inputs.name }}}} {{{{ outputs.fetch.value }}}} {{{{ inputs.n + {i} }}}}" for i in range(100)
)
TEMPLATES = {
    "short": ("Hello {{ inputs.name }}", "Hello {{ inputs.name }}"),
    "path": ("{{ outputs.fetch.uri }}", "{{ outputs.fetch.uri }}"),
    "filter": ("{{ inputs.name | upper }} {{ inputs.n + 1 }}", "{{ inputs.name | upper }} {{ inputs.n + 1 }}"),
    "default": ("{{ inputs.missing ?? 'none' }}", "{{ inputs.missing | default('none') }}"),
    "loop of 20": (LOOP, LOOP),
    "long (300 expressions)": (LONG, LONG),
}


def rate(action: Callable[[], object], seconds: float) -> float:
    """How often an action runs in a second: the best of three stretches."""
    action()
    best = 0.0
    for _ in range(3):
        count, start = 0, time.perf_counter()
        end = start + seconds / 3
        while True:
            for _ in range(10):
                action()
            count += 10
            now = time.perf_counter()
            if now >= end:
                break
        best = max(best, count / (now - start))
    return best


def main(seconds: float) -> None:
    """Prints one table."""
    print(f"{'template':<24}{'':>12}{'ours':>12}{'jinja2':>12}{'ratio':>8}{'sandboxed':>12}{'ratio':>8}")
    plain, sandboxed = Environment(autoescape=False), SandboxedEnvironment()
    for name, (ours, theirs) in TEMPLATES.items():
        row(
            "parse",
            name,
            rate(partial(parse_template, ours), seconds),
            rate(partial(plain.parse, theirs), seconds),
            None,
        )
        renderer = Renderer()
        compiled, boxed = plain.from_string(theirs), sandboxed.from_string(theirs)
        row(
            "render, cached",
            name,
            rate(partial(renderer.render, ours, CONTEXT), seconds),
            rate(partial(compiled.render, CONTEXT), seconds),
            rate(partial(boxed.render, CONTEXT), seconds),
        )
        row(
            "render, not cached",
            name,
            rate(partial(afresh, ours), seconds),
            rate(partial(compiled_afresh, plain, theirs), seconds),
            rate(partial(compiled_afresh, sandboxed, theirs), seconds),
        )


def afresh(template: str) -> str:
    """Renders with nothing in the cache."""
    renderer_module._cached.cache_clear()  # noqa: SLF001 - what is measured is the work behind it
    return Renderer().render(template, CONTEXT)


def compiled_afresh(environment: Environment, template: str) -> str:
    """The same with jinja2."""
    return environment.from_string(template).render(CONTEXT)


def row(what: str, name: str, ours: float, theirs: float, boxed: float | None) -> None:
    """Prints rates per second, and how many times longer ours takes."""
    line = f"{name:<24}{what:>18}{ours:>12,.0f}{theirs:>12,.0f}{theirs / ours:>8.2f}"
    print(line + (f"{boxed:>12,.0f}{boxed / ours:>8.2f}" if boxed else ""))


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0)
