"""What a flow means: its symbols, its templates, and what each of them may name. Pure: values in, values out.

from tiercel_server.analysis import FlowAnalysis
flow = FlowAnalysis(document, source, KestraVersion.V2_0)   # or snapshot.flows[i]

flow.outline.tasks, flow.outline.task("id")     # symbols with spans, see `symbols`
flow.values                                     # every scalar with its property and owner, see `typed_values`
flow.templates                                  # those that hold an expression, see `templates`
flow.references, flow.uses                      # what the expressions name and call, see `references`
flow.scope_at(path)                             # what an expression there may name, see `scopes`
"""

from tiercel_server.analysis.flow import FlowAnalysis

__all__ = ["FlowAnalysis"]
