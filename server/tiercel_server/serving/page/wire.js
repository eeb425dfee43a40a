// What the page asks of the server, and how it makes elements: text is set as text, never as HTML.

const BASE = "/api/v1/main";

export async function ask(path, options = {}) {
  const answer = await fetch(BASE + path, options);
  if (!answer.ok) {
    const said = await answer.json().catch(() => ({}));
    throw new Error(said.message || `${answer.status} ${answer.statusText}`);
  }
  return answer.status === 204 ? null : answer.json();
}

export function make(name, attributes = {}, ...children) {
  const svg = ["svg", "rect", "text", "line", "title", "g"].includes(name);
  const element = svg ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value !== undefined && value !== null && value !== false) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export function stateOf(name) {
  return make("span", { class: `state ${name}` }, name);
}

export function labelsOf(labels) {
  const shown = (labels || []).filter((label) => !label.key.startsWith("system."));
  return shown.map((label) => make("span", { class: "label" }, `${label.key}: ${label.value}`));
}

export function lasted(start, end) {
  const ms = (end ? new Date(end) : new Date()) - new Date(start);
  return ms < 1000 ? `${Math.max(ms, 0)} ms` : ms < 60000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 60000)} min`;
}
