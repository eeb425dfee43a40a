"""The kinds of inputs; importing this package registers them all."""

from tiercel_engine.inputs.types import choices, files, numbers, structures, temporal, texts

__all__ = ["choices", "files", "numbers", "structures", "temporal", "texts"]
