/** The few things that our pages need of a browser. Texts are set as text, never as HTML: what they show is not trusted. */

interface Host {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): Host;

export const host: Host = acquireVsCodeApi();

export function data<Value>(): Value {
  return JSON.parse(document.getElementById('data')?.textContent ?? 'null') as Value;
}

type Content = Node | string | undefined | false;
type Attributes = Readonly<Record<string, string | number | boolean | undefined | ((event: Event) => void)>>;

/** An element: attributes by name, functions as listeners (`click`), then what it holds. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name, attributes: Attributes = {}, ...content: readonly Content[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(key, value);
    else if (value === true) made.setAttribute(key, '');
    else if (value !== undefined && value !== false) made.setAttribute(key, String(value));
  }
  made.append(...content.filter((each): each is Node | string => each !== undefined && each !== false && each !== ''));
  return made;
}

export function fill(text: string, ...values: readonly unknown[]): string {
  return text.replace(/\{(\d)\}/g, (_, index: string) => String(values[Number(index)] ?? ''));
}

export function page(): HTMLElement {
  return document.getElementById('page') as HTMLElement;
}
