"""From a name to where it is declared and typed, and to everything that names it, in this document and others.

definition(snapshot, offset, index), type_definition(snapshot, offset, index): places, in documents
references(snapshot, offset, index, declaration=True): places of the whole workspace
highlights(snapshot, offset, index): places of this document
"""

from tiercel_server.features.navigation.declared import definition, type_definition
from tiercel_server.features.navigation.places import Location, named_at, names_at
from tiercel_server.features.navigation.referring import Highlight, highlights, references

__all__ = [
    "Highlight",
    "Location",
    "definition",
    "highlights",
    "named_at",
    "names_at",
    "references",
    "type_definition",
]
