import { element } from '../page';

const MOST_ROWS = 200;
const MOST_COLUMNS = 50;

/** A file as people look at it: tables as tables, JSON indented, all else as it is. */
export function previewOf(file: string, text: string): HTMLElement {
  const ending = /\.([a-z0-9]+)$/i.exec(file)?.[1]?.toLowerCase() ?? '';
  if (ending === 'csv' || ending === 'tsv') return table(rowsOf(text, ending === 'csv' ? ',' : '\t'));
  if (ending === 'jsonl' || ending === 'ndjson') return records(text) ?? plain(text);
  if (ending === 'json') return json(text);
  return plain(text);
}

function plain(text: string): HTMLElement {
  return element('pre', {}, text);
}

function json(text: string): HTMLElement {
  try {
    return plain(JSON.stringify(JSON.parse(text), null, 2));
  } catch {
    return plain(text);
  }
}

function records(text: string): HTMLElement | undefined {
  try {
    const found = text.split('\n').filter(Boolean).slice(0, MOST_ROWS).map((line) => JSON.parse(line) as Record<string, unknown>);
    const columns = [...new Set(found.flatMap((each) => Object.keys(each)))];
    const shown = (value: unknown): string => (value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value));
    return table([columns, ...found.map((each) => columns.map((column) => shown(each[column])))]);
  } catch {
    return undefined;
  }
}

function table(rows: readonly (readonly string[])[]): HTMLElement {
  const [head = [], ...rest] = rows;
  const cells = (row: readonly string[], name: 'th' | 'td'): HTMLElement =>
    element('tr', {}, ...row.slice(0, MOST_COLUMNS).map((text) => element(name, {}, text)));
  return element('table', {}, element('thead', {}, cells(head, 'th')), element('tbody', {}, ...rest.slice(0, MOST_ROWS).map((row) => cells(row, 'td'))));
}

/** The rows of a CSV text: quotes may hold the delimiter, line breaks, and quotes written twice. */
function rowsOf(text: string, delimiter: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  for (let index = 0; index < text.length && rows.length <= MOST_ROWS; index += 1) {
    const letter = text[index] as string;
    if (quoted) {
      if (letter !== '"') cell += letter;
      else if (text[index + 1] === '"') {
        cell += '"';
        index += 1;
      } else quoted = false;
    } else if (letter === '"' && cell === '') quoted = true;
    else if (letter === delimiter) {
      row.push(cell);
      cell = '';
    } else if (letter === '\n') {
      rows.push([...row, cell.replace(/\r$/, '')]);
      row = [];
      cell = '';
    } else cell += letter;
  }
  if (cell !== '' || row.length > 0) rows.push([...row, cell]);
  return rows;
}
