"""Unit tests of flows: what a case gives to an execution, and what must hold of it.

`operators` and `assertions` are pure, `results` the shape of what is told, `coverage` what of a flow was reached,
`running` one case from its start to its result.
"""

from __future__ import annotations
