// The list of executions, filtered by flow, state, label and text; it is read again while it is looked at.

import { ask, labelsOf, lasted, make, stateOf } from "/ui/wire.js";

const STATES = ["RUNNING", "SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED", "PAUSED", "QUEUED", "CREATED", "BREAKPOINT"];
const SIZE = 25;

export function showList(main, given, stay) {
  const kept = Object.fromEntries(new URLSearchParams(given));
  const page = Number(kept.page || 1);
  const body = make("tbody");
  const count = make("p", { class: "faint", id: "count" });
  const go = (more) => {
    const wanted = new URLSearchParams({ ...kept, page: "1", ...more });
    for (const [key, value] of [...wanted]) if (!value || (key === "page" && value === "1")) wanted.delete(key);
    location.hash = `#/?${wanted}`;
  };
  const field = (name, hint) => make("input", { name, placeholder: hint, "aria-label": hint, value: kept[name] || "", onchange: (event) => go({ [name]: event.target.value }) });
  const state = make("select", { name: "state", "aria-label": "state", onchange: (event) => go({ state: event.target.value }) },
    make("option", { value: "" }, "any state"),
    ...STATES.map((name) => make("option", { value: name, selected: kept.state === name }, name)));
  const form = make("form", { onsubmit: (event) => event.preventDefault() },
    field("namespace", "namespace"), field("flowId", "flow"), state, field("label", "label (key:value)"), field("q", "text"));
  const pages = make("nav", {},
    make("button", { disabled: page < 2, onclick: () => go({ page: String(page - 1) }) }, "newer"), " ",
    make("button", { id: "older", onclick: () => go({ page: String(page + 1) }) }, "older"));
  main.replaceChildren(form, make("table", {}, make("thead", {}, make("tr", {},
    ...["execution", "flow", "state", "started", "took", "labels"].map((name) => make("th", {}, name)))), body), count, pages);

  const query = new URLSearchParams({ page: String(page), size: String(SIZE) });
  if (kept.namespace) query.set("filters[namespace][EQUALS]", kept.namespace);
  if (kept.flowId) query.set("filters[flowId][EQUALS]", kept.flowId);
  if (kept.state) query.set("filters[state][EQUALS]", kept.state);
  if (kept.q) query.set("filters[q][EQUALS]", kept.q);
  if (kept.label) {
    const [key, ...value] = kept.label.split(":");
    query.set(`filters[labels][EQUALS][${key}]`, value.join(":"));
  }

  async function read() {
    try {
      const { results, total } = await ask(`/executions/search?${query}`);
      body.replaceChildren(...results.map((each) => make("tr", {},
        make("td", {}, make("a", { href: `#/executions/${each.id}` }, make("code", {}, each.id))),
        make("td", {}, `${each.namespace}.${each.flowId}`),
        make("td", {}, stateOf(each.state.current)),
        make("td", {}, new Date(each.state.startDate).toLocaleString()),
        make("td", {}, lasted(each.state.startDate, each.state.endDate)),
        make("td", {}, ...labelsOf(each.labels)))));
      count.textContent = total === 1 ? "1 execution" : `${total} executions`;
      document.getElementById("older").disabled = page * SIZE >= total;
    } catch (error) {
      count.textContent = error.message;
    }
    if (stay()) setTimeout(() => stay() && read(), 2000);
  }
  read();
}
