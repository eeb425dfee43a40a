"""The JSON Schema of flows, and validation by it: each object against the schema of its own `type`."""

from tiercel_schemas.json_schema.findings import CODES
from tiercel_schemas.json_schema.published import flow_schema, type_schema
from tiercel_schemas.json_schema.shallow import object_schema
from tiercel_schemas.json_schema.validation import validate_flow

__all__ = ["CODES", "flow_schema", "object_schema", "type_schema", "validate_flow"]
