"""Graphs of flows: what stands in them, and that nothing is lost or made up."""

from __future__ import annotations

from hypothesis import given, settings

from tests.server.random_flows import flow_texts
from tiercel_server.analysis.names.calls import FlowId
from tiercel_server.features.graph import Edge, FlowPlace, Graph, flow_graph, workspace_graph
from tiercel_server.workspace.snapshot import DocumentSnapshot

HEAD = "id: {}\nnamespace: company.team\n"
LOG = "{{id: {}, type: io.kestra.plugin.core.log.Log, message: x}}"
CORE = "io.kestra.plugin.core.flow."


def place(text: str, name: str = "flow.yaml") -> FlowPlace:
    return FlowPlace(name, DocumentSnapshot(name, text).flows[0])


def graph(text: str) -> Graph:
    return flow_graph(place(text))


def flow(body: str, id_: str = "main") -> str:
    return HEAD.format(id_) + body


def edges(drawn: Graph) -> set[tuple[str, str, str, str]]:
    return {(edge.source, edge.target, edge.kind, edge.label) for edge in drawn.edges}


def test_tasks_follow_one_another() -> None:
    drawn = graph(flow(f"tasks:\n  - {LOG.format('a')}\n  - {LOG.format('b')}\n  - {LOG.format('c')}\n"))
    assert [node.id for node in drawn.nodes] == ["a", "b", "c"]
    assert edges(drawn) == {("a", "b", "sequence", ""), ("b", "c", "sequence", "")}


def test_branches_are_labelled() -> None:
    drawn = graph(
        flow(
            f"tasks:\n  - id: choose\n    type: {CORE}If\n    condition: '{{{{ inputs.x }}}}'\n"
            f"    then: [{LOG.format('a')}, {LOG.format('b')}]\n    else: [{LOG.format('c')}]\n"
            f"  - id: cases\n    type: {CORE}Switch\n    value: x\n"
            f"    cases: {{one: [{LOG.format('d')}]}}\n    defaults: [{LOG.format('e')}]\n"
        )
    )
    assert edges(drawn) == {
        ("choose", "a", "branch", "then"),
        ("a", "b", "sequence", ""),
        ("choose", "c", "branch", "else"),
        ("choose", "cases", "sequence", ""),
        ("cases", "d", "branch", "one"),
        ("cases", "e", "branch", "default"),
    }
    assert drawn.by_id["choose"].detail == "{{ inputs.x }}"
    assert [node.cluster for node in drawn.nodes] == [None, "choose", "choose", "choose", None, "cases", "cases"]


def test_a_dag_goes_by_what_its_tasks_wait_for() -> None:
    drawn = graph(
        flow(
            f"tasks:\n  - id: dag\n    type: {CORE}Dag\n    tasks:\n"
            f"      - task: {LOG.format('late')}\n        dependsOn: [early, nowhere]\n"
            f"      - task: {LOG.format('early')}\n"
        )
    )
    assert edges(drawn) == {("dag", "early", "branch", ""), ("early", "late", "depends", "")}


def test_tasks_that_wait_for_one_another_have_an_entry_all_the_same() -> None:
    drawn = graph(
        flow(
            f"tasks:\n  - id: dag\n    type: {CORE}Dag\n    tasks:\n"
            f"      - {{task: {LOG.format('a')}, dependsOn: [b]}}\n"
            f"      - {{task: {LOG.format('b')}, dependsOn: [a]}}\n"
        )
    )
    assert ("dag", "a", "branch", "") in edges(drawn)


def test_parallel_tasks_are_not_joined() -> None:
    drawn = graph(
        flow(f"tasks:\n  - id: p\n    type: {CORE}Parallel\n    tasks: [{LOG.format('a')}, {LOG.format('b')}]\n")
    )
    assert edges(drawn) == {("p", "a", "branch", ""), ("p", "b", "branch", "")}


def test_sections_and_triggers() -> None:
    drawn = graph(
        flow(
            f"tasks: [{LOG.format('a')}]\nerrors: [{LOG.format('b')}]\nfinally: [{LOG.format('c')}]\n"
            f"afterExecution: [{LOG.format('d')}]\n"
            "triggers:\n  - {id: daily, type: io.kestra.plugin.core.trigger.Schedule, cron: 0 6 * * *}\n"
        )
    )
    assert edges(drawn) == {
        ("trigger:daily", "section:tasks", "trigger", ""),
        ("section:tasks", "section:errors", "errors", "on failure"),
        ("section:tasks", "section:finally", "finally", "finally"),
        ("section:errors", "section:finally", "finally", ""),
        ("section:finally", "section:afterExecution", "after", "after execution"),
    }
    assert drawn.by_id["trigger:daily"].detail == "0 6 * * *"


def test_ids_that_stand_twice_or_not_yet_are_told_apart() -> None:
    drawn = graph(flow(f"tasks:\n  - {LOG.format('a')}\n  - {LOG.format('a')}\n  - type: x.y.Z\n"))
    assert len({node.id for node in drawn.nodes}) == 3
    assert [node.label for node in drawn.nodes] == ["a", "a", "Z"]


CALL = "  - {{id: {}, type: " + CORE + "Subflow, namespace: company.team, flowId: {}}}\n"


def test_subflows_are_shown_inside_but_never_in_themselves() -> None:
    parent = place(flow("tasks:\n" + CALL.format("call", "child")), "parent.yaml")
    child = place(flow("tasks:\n" + CALL.format("back", "main") + CALL.format("self", "child"), "child"), "child.yaml")
    known: dict[FlowId, FlowPlace] = {("company.team", "main"): parent, ("company.team", "child"): child}
    closed = flow_graph(parent, known.get)
    assert [(node.id, node.expandable, node.expanded) for node in closed.nodes] == [("call", True, False)]
    for drawn in (flow_graph(parent, known.get, depth=9), flow_graph(parent, known.get, expand=["call"])):
        assert [(node.id, node.cluster, node.document) for node in drawn.nodes] == [
            ("call", None, "parent.yaml"),
            ("call/back", "call", "child.yaml"),
            ("call/self", "call", "child.yaml"),
        ]
        assert Edge("call", "call/back", "branch") in drawn.edges
        assert not drawn.by_id["call/back"].expandable
        assert set(drawn.texts) == {"parent.yaml", "child.yaml"}


def test_the_flows_of_a_workspace() -> None:
    waiting = flow(
        "tasks:\n" + CALL.format("call", "elsewhere") + "triggers:\n  - id: after\n"
        "    type: io.kestra.plugin.core.trigger.Flow\n"
        "    dependsOn: [{flowId: main, namespace: company.team}]\n",
        "waiting",
    )
    parent = flow("tasks:\n" + CALL.format("call", "waiting") + CALL.format("again", "waiting"))
    drawn = workspace_graph("all", [place(parent, "a"), place(waiting, "b"), place(parent, "c")])
    assert [(node.id, node.kind) for node in drawn.nodes] == [
        ("company.team.main", "flow"),
        ("company.team.waiting", "flow"),
        ("company.team.elsewhere", "missing"),
    ]
    assert edges(drawn) == {
        ("company.team.main", "company.team.waiting", "subflow", "calls"),
        ("company.team.waiting", "company.team.elsewhere", "subflow", "calls"),
        ("company.team.main", "company.team.waiting", "trigger", "starts"),
    }


@settings(max_examples=60, deadline=None)
@given(flow_texts())
def test_every_task_stands_once_and_edges_join_neighbours(made: tuple[str, int]) -> None:
    text, count = made
    drawn = graph(text)
    tasks = [node for node in drawn.nodes if node.kind in {"task", "flowable"}]
    assert len(tasks) == count == len({node.id for node in tasks})
    assert len(drawn.by_id) == len(drawn.nodes)
    for node in drawn.nodes:
        assert node.cluster is None or node.cluster in drawn.by_id
        assert text[node.name_span.start : node.name_span.end] == node.name
    for edge in drawn.edges:
        target = drawn.by_id[edge.target]
        assert target.cluster in {edge.source, drawn.by_id[edge.source].cluster}
    reached = {edge.target for edge in drawn.edges}
    held = [node for node in drawn.nodes if node.cluster is not None and drawn.by_id[node.cluster].kind != "section"]
    assert all(node.id in reached for node in held)
