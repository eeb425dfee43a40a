"""A workspace for cases: a flow to call, names, and a run that was seen."""

from tiercel_server.features.surroundings import SeenRun, Surroundings
from tiercel_server.workspace import DocumentSnapshot
from tiercel_server.workspace.flow_index import index_flows

CHILD = """\
id: child
namespace: company.team
description: Sums up a day.
labels:
  owner: ada
inputs:
  - id: limit
    type: INT
    defaults: 5
  - id: day
    type: DATE
    description: The day to look at.
tasks:
  - id: x
    type: io.kestra.plugin.core.log.Log
    message: a
outputs:
  - id: total
    type: INT
    value: 1
"""

AROUND = Surroundings(
    index_flows([DocumentSnapshot("file:///child.yaml", CHILD)]),
    files={"company.team": ("query.sql", "sql/report.sql")},
    kv={"company": ("region",), "company.team": ("threshold",)},
    secrets={"": ("API_TOKEN", "DB_PASSWORD")},
    runs={
        ("company.team", "seen"): SeenRun(
            "4xY",
            "SUCCESS",
            "2026-01-31T09:05:00.000000Z",
            outputs={"load": {"code": 200, "body": {"rows": [1, 2], "user": {"first-name": "Ada"}}}},
            inputs={"day": "2026-01-31", "token": "s3cret"},
            states={"load": "SUCCESS", "t": "SUCCESS"},
        )
    },
)
