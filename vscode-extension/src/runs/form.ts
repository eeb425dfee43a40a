/** What a flow, or a Pause, asks for: the JSON Schema of docs/protocol.md, and the check of what is typed. No vscode, no DOM. */

export interface FieldSchema {
  readonly title?: string;
  readonly description?: string;
  readonly type?: 'string' | 'integer' | 'number' | 'boolean' | 'array';
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly examples?: readonly string[];
  readonly items?: { readonly type?: string; readonly enum?: readonly string[] };
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly default?: unknown;
  readonly 'x-kestra-type': string;
  readonly 'x-depends-on'?: readonly string[];
}

export interface FormSchema {
  readonly title: string;
  readonly description?: string;
  readonly properties: Readonly<Record<string, FieldSchema>>;
  readonly required: readonly string[];
}

/** What the page of inputs is asked: a form, and values to begin with. */
export interface Question {
  readonly uri: string;
  readonly flowId: string;
  readonly schema: FormSchema;
  readonly values: Readonly<Record<string, unknown>>;
  readonly purpose: 'run' | 'resume';
}

export type Widget = 'text' | 'password' | 'number' | 'checkbox' | 'select' | 'choices' | 'suggest' | 'date' | 'time' | 'datetime' | 'file' | 'area';

export function widgetOf(field: FieldSchema): Widget {
  if (field.items?.enum) return 'choices';
  if (field.enum) return 'select';
  if (field.examples) return 'suggest';
  const byType: Partial<Record<string, Widget>> = {
    INT: 'number', FLOAT: 'number', BOOL: 'checkbox', BOOLEAN: 'checkbox', SECRET: 'password', FILE: 'file', DATE: 'date', TIME: 'time',
    DATETIME: 'datetime', JSON: 'area', YAML: 'area', ION: 'area', ARRAY: 'area',
  };
  return byType[field['x-kestra-type']] ?? 'text';
}

export type Mistake = 'required' | 'integer' | 'number' | 'minimum' | 'maximum' | 'pattern' | 'date' | 'time' | 'datetime' | 'duration' | 'email' | 'uri' | 'json' | 'list' | 'choice';

const FORMS: Readonly<Partial<Record<string, readonly [RegExp, Mistake]>>> = {
  date: [/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, 'date'],
  time: [/^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?$/, 'time'],
  'date-time': [/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/, 'datetime'],
  duration: [/^[-+]?P(?=.)([-+]?\d+D)?(T(?=.)([-+]?\d+H)?([-+]?\d+M)?([-+]?\d+(\.\d+)?S)?)?$/i, 'duration'],
  uri: [/^[a-z][a-z0-9+.-]*:\S*$/i, 'uri'],
};

/** What is wrong with a text that was typed, undefined where nothing is. The server and the run check again. */
export function mistake(field: FieldSchema, text: string, required: boolean): Mistake | undefined {
  if (text === '') return required && widgetOf(field) !== 'checkbox' ? 'required' : undefined;
  if (field.type === 'integer' && !/^[-+]?\d+$/.test(text)) return 'integer';
  if (field.type === 'number' && !Number.isFinite(Number(text))) return 'number';
  if (field.type === 'integer' || field.type === 'number') {
    if (field.minimum !== undefined && Number(text) < field.minimum) return 'minimum';
    if (field.maximum !== undefined && Number(text) > field.maximum) return 'maximum';
  }
  if (field.enum && !field.enum.includes(text)) return 'choice';
  const form = field.format ? FORMS[field.format] : undefined;
  if (form && !form[0].test(text)) return form[1];
  if (field['x-kestra-type'] === 'DATE' && Number.isNaN(Date.parse(text))) return 'date';
  if (field['x-kestra-type'] === 'EMAIL' && !/^[^\s@]+@[^\s@]+$/.test(text)) return 'email';
  if (field.pattern && fails(field.pattern, text)) return 'pattern';
  if (field['x-kestra-type'] === 'JSON' && parsed(text) === undefined) return 'json';
  if (field.type === 'array' && !Array.isArray(parsed(text))) return 'list';
  return undefined;
}

/** The value that a run is given; texts of numbers, lists and JSON become such. */
export function valueOf(field: FieldSchema, text: string): unknown {
  const widget = widgetOf(field);
  if (widget === 'checkbox') return text === 'true';
  if (field.type === 'integer' || field.type === 'number') return Number(text);
  if (field.type === 'array' || field['x-kestra-type'] === 'JSON') return parsed(text) ?? text;
  return text;
}

/** How a value that is known stands in its widget. */
export function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function fails(pattern: string, text: string): boolean {
  // Patterns are those of Java, and flows are not trusted: what can't be read here, or could take long, is left to the run.
  if (pattern.length > 300 || text.length > 300 || /[+*}]\)?[+*{]|\)[+*{]/.test(pattern)) return false;
  try {
    return !new RegExp(pattern, 'u').test(text);
  } catch {
    return false;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
