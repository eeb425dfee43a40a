// Which view is shown: what stands after the # says it.

import { showExecution } from "/ui/execution.js";
import { showList } from "/ui/list.js";

let shown = 0;

function route() {
  const number = ++shown;
  const stay = () => number === shown;
  const main = document.getElementById("main");
  const execution = location.hash.match(/^#\/executions\/([\w-]+)$/);
  document.getElementById("where").textContent = execution ? execution[1] : "executions";
  if (execution) showExecution(main, execution[1], stay);
  else showList(main, location.hash.split("?")[1] || "", stay);
}

addEventListener("hashchange", route);
route();
