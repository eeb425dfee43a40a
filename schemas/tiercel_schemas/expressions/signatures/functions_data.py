"""Functions of conversion, files, secrets, services and the run."""

from __future__ import annotations

from tiercel_schemas.expressions.signatures.model import Signature, SignatureKind, parameters
from tiercel_schemas.versions import KestraVersion

_F = SignatureKind.FUNCTION
_OLD, _NEW = KestraVersion.V1_3, KestraVersion.V2_0

DATA_FUNCTIONS = (
    Signature(
        "fromJson",
        _F,
        parameters("json: string"),
        "any",
        "Parses JSON text; null stays null.",
        example="fromJson(outputs.call.body).items",
    ),
    Signature(
        "json",
        _F,
        parameters("json: string"),
        "any",
        "Parses JSON text.",
        until=_OLD,
        deprecated=True,
        replacement="fromJson",
    ),
    Signature(
        "fromIon",
        _F,
        parameters("ion: string", "allRows: boolean = false"),
        "any",
        "Parses Ion text or binary Ion: the first row, or a list of all of them.",
        example="fromIon(read(outputs.query.uri), allRows=true)",
    ),
    Signature("yaml", _F, parameters("yaml: string"), "any", "Parses YAML text.", example="yaml(inputs.config).key"),
    Signature(
        "range",
        _F,
        parameters("start: integer | string", "end: integer | string", "increment: integer = 1"),
        "list",
        "Lists the numbers or letters from start to end, the end included.",
        example="range(1, 10, 2)",
    ),
    Signature("max", _F, parameters("...values: number"), "number", "The greatest of its arguments."),
    Signature("min", _F, parameters("...values: number"), "number", "The least of its arguments."),
    Signature(
        "encrypt",
        _F,
        parameters("key: string", "plaintext: string"),
        "string",
        "Encrypts text with AES-GCM under a base64 key.",
    ),
    Signature(
        "decrypt",
        _F,
        parameters("key: string", "encrypted: string"),
        "string",
        "Decrypts what `encrypt` made with the same key.",
    ),
)

FILE_FUNCTIONS = (
    Signature(
        "read",
        _F,
        parameters("path: string", "namespace: string?", "version: integer?"),
        "string",
        "The content of a namespace file or of a file in internal storage.",
        until=_OLD,
    ),
    Signature(
        "read",
        _F,
        parameters("path: string", "namespace: string?", "revision: integer?"),
        "string",
        "The content of a namespace file or of a file in internal storage; binary Ion comes as bytes.",
        since=_NEW,
        example="read('queries/orders.sql')",
    ),
    Signature(
        "fileURI",
        _F,
        parameters("path: string", "namespace: string?", "version: integer?"),
        "string",
        "The internal storage URI of a namespace file.",
        until=_OLD,
    ),
    Signature(
        "fileURI",
        _F,
        parameters("path: string", "namespace: string?", "revision: integer?"),
        "string",
        "The internal storage URI of a namespace file.",
        since=_NEW,
    ),
    Signature(
        "fileSize",
        _F,
        parameters("path: string", "namespace: string?"),
        "integer",
        "The size of a file in bytes.",
    ),
    Signature(
        "fileExists",
        _F,
        parameters("path: string", "namespace: string?"),
        "boolean",
        "Whether a file exists.",
    ),
    Signature(
        "isFileEmpty",
        _F,
        parameters("path: string", "namespace: string?"),
        "boolean",
        "Whether a file holds nothing.",
    ),
)

SERVICE_FUNCTIONS = (
    Signature(
        "secret",
        _F,
        parameters("key: string", "namespace: string?", "subkey: string?", "full: boolean = false"),
        "string",
        "The value of a secret; `subkey` picks a field of a secret that holds JSON.",
        example="secret('API_TOKEN')",
    ),
    Signature(
        "kv",
        _F,
        parameters("key: string", "namespace: string?", "errorOnMissing: boolean = true"),
        "any",
        "A value of the KV store, looked for in the flow's namespace and then in its parents.",
        example="kv('last_run', errorOnMissing=false) ?? 'never'",
    ),
    Signature(
        "env",
        _F,
        parameters("name: string", "default: any?"),
        "string",
        "An entry of `envs` by name, or the default when it is missing or empty.",
        since=_NEW,
    ),
    Signature(
        "http",
        _F,
        parameters(
            "uri: string",
            "method: string = 'GET'",
            "query: map?",
            "body: any?",
            "contentType: string = 'application/json'",
            "headers: map?",
            "options: map?",
            "accept: string = 'application/json'",
        ),
        "any",
        "Makes an HTTP request and gives the parsed body; a status of 400 or above is an error.",
    ),
    Signature(
        "subflow",
        _F,
        parameters(
            "namespace: string",
            "id: string",
            "inputs: map?",
            "revision: integer?",
            "labels: map?",
            "timeout: string = 'PT1M'",
        ),
        "map",
        "Runs a flow while inputs are resolved and gives its id, state, outputs and labels.",
    ),
)

RUN_FUNCTIONS = (
    Signature(
        "render",
        _F,
        parameters("toRender: any", "recursive: boolean = true"),
        "any",
        "Evaluates the expressions inside a text, list or map.",
        example="render(vars.query)",
    ),
    Signature(
        "renderOnce",
        _F,
        parameters("toRender: any"),
        "any",
        "Evaluates the expressions inside a text, list or map, a single time.",
    ),
    Signature("printContext", _F, (), "string", "All variables as JSON text, secrets masked."),
    Signature("fetchContext", _F, (), "map", "All variables as a map, secrets masked."),
    Signature(
        "errorLogs",
        _F,
        (),
        "list",
        "The ERROR log entries of the execution so far; works in tasks only.",
    ),
    Signature(
        "tasksWithState",
        _F,
        parameters("state: string"),
        "list",
        "The task runs that are in a state.",
        example="tasksWithState('FAILED')",
    ),
    Signature(
        "loopOutputs",
        _F,
        parameters("outputs: list", "name: string"),
        "list",
        "One output of every iteration of a Loop.",
        since=_NEW,
        example="loopOutputs(outputs.each.outputs, 'total')",
    ),
    Signature(
        "currentEachOutput",
        _F,
        parameters("outputs: map"),
        "any",
        "The outputs of a sibling task for the current values of the enclosing ForEach tasks.",
        until=_OLD,
        example="currentEachOutput(outputs.step).value",
    ),
    Signature("block", _F, parameters("name: string"), "string", "Prints a block of the template again."),
    Signature("parent", _F, (), "string", "Prints the same block of the parent template; there is none here."),
    Signature(
        "i18n",
        _F,
        parameters("bundle: string", "key: string", "...params: any"),
        "string",
        "A text of a resource bundle; the server has none.",
    ),
)

RANDOM_FUNCTIONS = (
    Signature("uuid", _F, (), "string", "A new UUID of version 7, ordered by time."),
    Signature("id", _F, (), "string", "A new short identifier of letters and digits."),
    Signature("ksuid", _F, (), "string", "A new K-sortable identifier of 27 letters and digits."),
    Signature(
        "nanoId",
        _F,
        parameters("length: integer = 21", "alphabet: string?"),
        "string",
        "A new random identifier of the given length and alphabet.",
    ),
    Signature(
        "randomInt",
        _F,
        parameters("lower: integer", "upper: integer"),
        "integer",
        "A random whole number, the upper bound excluded.",
        example="randomInt(0, 10)",
    ),
    Signature("randomPort", _F, (), "integer", "A TCP port that is free on the machine."),
)
