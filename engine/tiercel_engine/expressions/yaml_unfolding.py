"""YAML as its authors mean it, for files that only we read: aliases are followed, which Kestra's reader doesn't."""

from __future__ import annotations

from typing import Any

import yaml

from tiercel_engine.expressions.limits import MAX_STEPS
from tiercel_engine.expressions.yaml_reading import YamlError, key_text, read_yaml, scalar


def read_unfolded(text: str) -> Any:
    """The first document of a text, its aliases followed. Raises YamlError."""
    value = read_yaml(text)
    if "*" not in text:
        return value
    loader = yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader
    try:
        return _Unfolding().value(yaml.compose(text, Loader=loader))
    except (yaml.YAMLError, ValueError) as error:
        raise YamlError(str(error)) from None
    except RecursionError:
        raise YamlError("The document is nested too deeply") from None


class _Unfolding:
    def __init__(self) -> None:
        self._left = MAX_STEPS

    def value(self, node: yaml.Node | None) -> Any:
        self._left -= 1
        if self._left < 0:
            raise YamlError("Aliases unfold to too many values")
        if isinstance(node, yaml.MappingNode):
            return {key_text(key): self.value(value) for key, value in node.value}
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item) for item in node.value]
        return None if node is None else scalar(str(node.value), plain=not getattr(node, "style", None))
