"""The graph of a flow, and of the flows of a workspace: plain data that panels and `tiercel graph` draw.

graph = flow_graph(FlowPlace(snapshot.name, flow), find_flow)
graph.nodes, graph.edges, plain_graph(graph, positions)
"""

from tiercel_server.features.graph.flow_graph import flow_graph
from tiercel_server.features.graph.model import Edge, FlowPlace, Graph, Node
from tiercel_server.features.graph.plain import plain_graph
from tiercel_server.features.graph.workspace_graph import workspace_graph

__all__ = ["Edge", "FlowPlace", "Graph", "Node", "flow_graph", "plain_graph", "workspace_graph"]
