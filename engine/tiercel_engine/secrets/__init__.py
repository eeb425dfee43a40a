"""Secret backends and masking."""
