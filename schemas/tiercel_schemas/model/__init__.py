"""The flow language as pydantic models, a file per concept."""
