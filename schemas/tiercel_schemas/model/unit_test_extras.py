"""Tiercel's own additions to suites of unit tests, which stand in comments so that Kestra never sees them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field, ValidationError

from tiercel_schemas.model.problems import ModelProblem
from tiercel_schemas.model.unit_test import SuiteModel, Texts, Values
from tiercel_schemas.model.unit_test_reading import SuiteError


class Extras(SuiteModel):
    """What a `# tiercel:` comment gives to one case, or to all cases of a suite.

    `kv`, `secrets` and `namespace_files` are put in place in the flow's namespace; `snapshots` are expressions by
    name, whose values must be those that were kept before.
    """

    kv: Values = Field(default_factory=dict)
    secrets: Texts = Field(default_factory=dict)
    namespace_files: Texts = Field(default_factory=dict)
    snapshots: Texts = Field(default_factory=dict)

    def above(self, other: Extras) -> Extras:
        """These with those of `other` beneath them."""
        return Extras(
            kv={**other.kv, **self.kv},
            secrets={**other.secrets, **self.secrets},
            namespace_files={**other.namespace_files, **self.namespace_files},
            snapshots={**other.snapshots, **self.snapshots},
        )


NO_EXTRAS = Extras()
EXTRAS_KEYS = ("kv", "secrets", "namespaceFiles", "snapshots")


def read_extras(value: Any) -> Extras:
    """Read what stands below `tiercel:`; raises `SuiteError`."""
    if not isinstance(value, Mapping):
        raise SuiteError((ModelProblem((), f"`tiercel:` holds a map of {', '.join(EXTRAS_KEYS)}"),))
    try:
        return Extras.model_validate(value)
    except ValidationError as error:
        raise SuiteError(tuple(_problem(each["loc"], each["type"]) for each in error.errors())) from None


def _problem(place: tuple[str | int, ...], kind: str) -> ModelProblem:
    if kind == "extra_forbidden":
        return ModelProblem(place, f"`{place[-1]}` is no key here; there are {', '.join(EXTRAS_KEYS)}")
    return ModelProblem(place, "must be a map" if len(place) == 1 else "must be a text")
