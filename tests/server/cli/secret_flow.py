"""A flow that puts its secrets wherever a flow can put a text, and the spellings to look for afterwards."""

from __future__ import annotations

import base64
import json
import os
from urllib.parse import quote

TOKEN = "tok-3n/with+signs&more"
"""Read from a variable of the environment."""
PEM = "-----BEGIN KEY-----\nMIIBVgIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END KEY-----"
"""Several lines, from a dotenv file."""
DEEP = "deep-p4ssw0rd"
"""A field of a secret that holds JSON."""
GIVEN = "given-on-the-command-line-7"
"""A SECRET input."""
FALLEN = "fallen-s3cr3t-9"
"""Only ever named in an expression that fails."""
DEFAULT = "default-of-an-input-5"
"""The default of a SECRET input."""

SECRETS = {"TOKEN": TOKEN, "DEEP": json.dumps({"user": "u", "password": DEEP}), "FALLEN": FALLEN, "DEFAULT": DEFAULT}

CORE = "io.kestra.plugin.core."
SHELL = "io.kestra.plugin.scripts.shell.Commands"

FLOW = f"""\
id: leaky
namespace: my.ns
inputs:
  - {{id: key, type: SECRET}}
  - {{id: own, type: SECRET, defaults: "{{{{ secret('DEFAULT') }}}}"}}
  - {{id: plain, type: STRING, defaults: "{{{{ secret('TOKEN') }}}}"}}
variables:
  v: "{{{{ secret('TOKEN') }}}}"
tasks:
  - {{id: log, type: {CORE}log.Log, message: "t {{{{ secret('TOKEN') }}}} p {{{{ secret('PEM') }}}} k {{{{ inputs.key }}}} o {{{{ inputs.own }}}}"}}
  - {{id: each, type: {CORE}log.Log, message: ["{{{{ secret('TOKEN') }}}}", "{{{{ render(vars.v) }}}}", "{{{{ printContext() }}}}"]}}
  - {{id: deep, type: {CORE}log.Log, message: "{{{{ secret('DEEP', subkey='password') }}}} {{{{ secret('DEEP') }}}}"}}
  - {{id: coded, type: {CORE}log.Log, message: "{{{{ secret('TOKEN') | base64encode }}}} {{{{ secret('TOKEN') | urlencode }}}} {{{{ ('u:' ~ secret('TOKEN')) | base64encode }}}} {{{{ {{'a': secret('TOKEN')}} | toJson }}}}"}}
  - {{id: out, type: {CORE}debug.Return, format: "{{{{ secret('TOKEN') }}}} {{{{ inputs.key }}}} {{{{ secret('PEM') }}}}"}}
  - {{id: again, type: {CORE}log.Log, message: "{{{{ outputs.out.value }}}}"}}
  - {{id: values, type: {CORE}output.OutputValues, values: {{a: "{{{{ secret('TOKEN') }}}}", "{{{{ secret('TOKEN') }}}}": b}}}}
  - {{id: vars, type: {CORE}execution.SetVariables, variables: {{w: "{{{{ secret('TOKEN') }}}}"}}}}
  - {{id: labels, type: {CORE}execution.Labels, labels: {{who: "{{{{ secret('TOKEN') }}}}"}}}}
  - id: script
    type: {SHELL}
    taskRunner: {{type: {CORE}runner.Process}}
    env: {{T: "{{{{ secret('TOKEN') }}}}", K: "{{{{ inputs.key }}}}", P: "{{{{ secret('PEM') }}}}"}}
    inputFiles: {{"in-{{{{ inputs.key }}}}.txt": "{{{{ secret('TOKEN') }}}}"}}
    outputFiles: ["*.txt"]
    commands:
      - echo "$T"; echo "err $K" >&2; echo "$P"; printf %s "$T" | base64
      - printf %s "$T" | od -An -tx1 | tr -d ' \\n'; echo
      - ls; env | sort
      - echo '::{{"outputs":{{"a":"{{{{ secret('TOKEN') }}}}"}},"metrics":[{{"name":"m","type":"counter","value":1,"tags":{{"t":"{{{{ inputs.key }}}}"}}}}],"logs":[{{"level":"WARN","message":"{{{{ inputs.key }}}}"}}]}}::'
  - {{id: kv, type: {CORE}kv.Set, key: k, value: "{{{{ secret('TOKEN') }}}}"}}
  - {{id: got, type: {CORE}kv.Get, key: k}}
  - {{id: url, type: {CORE}http.Request, uri: "http://127.0.0.1:9/x?token={{{{ secret('TOKEN') | urlencode }}}}&k={{{{ inputs.key }}}}", allowFailure: true}}
  - {{id: userinfo, type: {CORE}http.Request, uri: "http://u:{{{{ inputs.key }}}}@127.0.0.1:9/", allowFailure: true}}
  - {{id: loop, type: {CORE}flow.Loop, values: ["{{{{ secret('TOKEN') }}}}", two], tasks: [{{id: inner, type: {CORE}log.Log, message: "{{{{ item.value }}}}"}}]}}
  - {{id: sub, type: {CORE}flow.Subflow, namespace: my.ns, flowId: called, inputs: {{x: "{{{{ secret('TOKEN') }}}}", y: "{{{{ inputs.key }}}}"}}, labels: {{l: "{{{{ inputs.key }}}}"}}}}
  - {{id: cached, type: {CORE}debug.Return, format: "{{{{ secret('TOKEN') }}}}", taskCache: {{enabled: true}}}}
  - {{id: exit, type: {SHELL}, taskRunner: {{type: {CORE}runner.Process}}, allowFailure: true, commands: ["echo {{{{ inputs.key }}}}; no-such-program-{{{{ inputs.key }}}}; exit 3"]}}
  - {{id: expression, type: {CORE}debug.Return, allowFailure: true, format: "{{{{ secret('FALLEN') | number }}}} {{{{ secret('FALLEN') | date('x') }}}}"}}
  - {{id: fail, type: {CORE}execution.Fail, errorMessage: "because of {{{{ secret('TOKEN') }}}} and {{{{ inputs.key }}}}"}}
errors:
  - {{id: handler, type: {CORE}log.Log, message: "{{{{ errorLogs() }}}}"}}
outputs:
  - {{id: o, type: STRING, value: "{{{{ secret('TOKEN') }}}} {{{{ inputs.own }}}}"}}
"""  # noqa: E501

CALLED = f"""\
id: called
namespace: my.ns
inputs:
  - {{id: x, type: STRING}}
  - {{id: y, type: SECRET}}
tasks:
  - {{id: a, type: {CORE}debug.Return, format: "{{{{ inputs.x }}}} {{{{ inputs.y }}}}"}}
outputs:
  - {{id: r, type: STRING, value: "{{{{ outputs.a.value }}}}"}}
"""

REFUSED = f"""\
id: refused
namespace: my.ns
inputs:
  - {{id: n, type: INT, defaults: "{{{{ secret('FALLEN') }}}}"}}
  - {{id: u, type: URI, defaults: "no {{{{ secret('TOKEN') }}}}"}}
  - {{id: p, type: SECRET, validator: "[0-9]"}}
tasks:
  - {{id: a, type: {CORE}log.Log, message: hi}}
"""


def write(folder):
    """Lay the flows and what they need in a folder; gives the environment to run them in."""
    (folder / "leaky.yaml").write_text(FLOW)
    (folder / "called.yaml").write_text(CALLED)
    (folder / "refused.yaml").write_text(REFUSED)
    (folder / ".env").write_text(f"PEM='{PEM}'\n")
    (folder / "tiercel.yaml").write_text("run: {dotenv: .env}\n")
    environment = {f"SECRET_{name}": base64.b64encode(text.encode()).decode() for name, text in SECRETS.items()}
    return {**os.environ, **environment}


def spellings():
    """What must be nowhere, with a name for each."""
    for name, text in {"TOKEN": TOKEN, "DEEP": DEEP, "GIVEN": GIVEN, "FALLEN": FALLEN, "DEFAULT": DEFAULT}.items():
        yield name, text
        yield f"{name} in base64", base64.b64encode(text.encode()).decode().rstrip("=")
        yield f"{name} in a URL", quote(text, safe="")
        yield f"{name} in hexadecimal", text.encode().hex()
    yield "TOKEN after a user", base64.b64encode(f"u:{TOKEN}".encode()).decode()[4:-4]
    for line in PEM.splitlines()[1:-1]:
        yield "PEM", line


def found_in(data):
    """The secrets that a text or bytes hold."""
    data = data.encode() if isinstance(data, str) else data
    return [name for name, text in spellings() if text.encode() in data]
