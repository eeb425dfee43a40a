"""Every occurrence of a name in a document, with what it names: the one table that all navigation reads.

for each in flow_occurrences(flow): each.name, each.span, each.role, each.form      # see `model`

The same for unit test suites (`suite_occurrences`) and project files (`project_occurrences`). Names are global: a task
of one flow has another name than a task of the same id in another flow, and a caller's `inputs:` key has that of the
called flow's input. So what belongs together is found by comparing names, within a document and across a workspace.
"""

from tiercel_server.analysis.names.flows import flow_occurrences
from tiercel_server.analysis.names.model import Form, Name, NameKind, Occurrence, Role
from tiercel_server.analysis.names.projects import project_occurrences
from tiercel_server.analysis.names.suites import is_suite, suite_occurrences

__all__ = [
    "Form",
    "Name",
    "NameKind",
    "Occurrence",
    "Role",
    "flow_occurrences",
    "is_suite",
    "project_occurrences",
    "suite_occurrences",
]
