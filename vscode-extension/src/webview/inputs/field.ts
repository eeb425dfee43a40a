import type { InputTexts } from '../../panels/texts';
import { type FieldSchema, mistake, textOf, valueOf, widgetOf } from '../../runs/form';
import { element, fill, host } from '../page';

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** One input: its widget, its explanation, and what is wrong with what was typed. */
export class Field {
  readonly root: HTMLElement;
  private readonly controls: Control[] = [];
  private readonly complaint: HTMLElement;
  private touched = false;

  constructor(
    readonly name: string,
    private readonly schema: FieldSchema,
    private readonly required: boolean,
    known: unknown,
    private readonly texts: InputTexts,
    private readonly changed: () => void,
  ) {
    const id = `input-${name}`;
    this.complaint = element('div', { class: 'mistake', id: `${id}-mistake`, role: 'status' });
    const value = known ?? schema.default;
    const kind = `${schema['x-kestra-type']}${required ? ` · ${texts.needed}` : ''}`;
    const heading = [schema.title ?? name, element('span', { class: 'kind' }, kind)] as const;
    const dependsOn = schema['x-depends-on'];
    const help = [
      schema.description ?? '', dependsOn ? fill(texts.dependsOn, dependsOn.join(', ')) : '', schema.type === 'array' && !schema.items?.enum ? texts.list : '',
    ].filter(Boolean);
    const widget = this.widget(id, value);
    const isGroup = this.controls.length > 1 || widgetOf(schema) === 'choices';
    this.root = isGroup
      ? element('fieldset', { class: 'field' }, element('legend', {}, ...heading))
      : element('div', { class: 'field' }, element('label', { for: id }, ...heading));
    this.root.append(element('div', { class: 'muted', id: `${id}-help` }, help.join(' ')), widget, this.complaint);
    for (const control of this.controls) {
      control.setAttribute('aria-describedby', `${id}-help ${id}-mistake`);
      if (required) control.setAttribute('aria-required', 'true');
      for (const event of ['input', 'change', 'blur']) control.addEventListener(event, () => this.onEvent(event));
    }
    this.check(false);
  }

  get isWrong(): boolean {
    return this.wrong() !== undefined;
  }

  focus(): void {
    this.controls[0]?.focus();
  }

  set(text: string): void {
    const control = this.controls[0];
    if (control) control.value = text;
    this.onEvent('change');
  }

  /** The value by name; nothing where nothing was given, so that the flow's own default holds. */
  given(): Record<string, unknown> {
    if (widgetOf(this.schema) === 'choices') {
      const chosen = this.controls.filter((each) => (each as HTMLInputElement).checked).map((each) => each.value);
      return chosen.length > 0 || this.schema.default !== undefined ? { [this.name]: chosen } : {};
    }
    const text = this.text();
    return text === '' ? {} : { [this.name]: valueOf(this.schema, text) };
  }

  /** Whether something is wrong; told where the author has been, or with `tell`. */
  check(tell: boolean): boolean {
    this.touched ||= tell;
    const wrong = this.wrong();
    const shown = wrong !== undefined && this.touched;
    const bound = wrong === 'minimum' ? this.schema.minimum : wrong === 'maximum' ? this.schema.maximum : this.schema.pattern;
    this.complaint.textContent = shown ? fill(this.texts.mistakes[wrong], bound) : '';
    for (const control of this.controls) control.setAttribute('aria-invalid', String(shown));
    return wrong !== undefined;
  }

  private wrong(): ReturnType<typeof mistake> {
    if (widgetOf(this.schema) !== 'choices') return mistake(this.schema, this.text(), this.required);
    return this.required && !this.controls.some((each) => (each as HTMLInputElement).checked) ? 'required' : undefined;
  }

  private onEvent(event: string): void {
    const isChoice = this.controls[0] instanceof HTMLInputElement && this.controls[0].type === 'checkbox';
    if (event !== 'blur' || this.text() !== '' || isChoice) this.touched = true;
    this.check(false);
    this.changed();
  }

  private text(): string {
    const control = this.controls[0];
    if (control instanceof HTMLInputElement && control.type === 'checkbox') return String(control.checked);
    const text = control?.value ?? '';
    const isMoment = control instanceof HTMLInputElement && control.type === 'datetime-local' && text !== '';
    return isMoment ? new Date(text).toISOString() : text;
  }

  private widget(id: string, value: unknown): HTMLElement {
    const text = textOf(value);
    const kind = widgetOf(this.schema);
    const field = (type: string, more: Record<string, string | boolean | undefined> = {}): HTMLInputElement =>
      this.add(element('input', { id, type, value: text, autocomplete: 'off', spellcheck: 'false', ...more }));
    switch (kind) {
      case 'checkbox':
        return element('div', { class: 'choice' }, this.add(element('input', { id, type: 'checkbox', checked: text === 'true' })));
      case 'select':
        return this.select(id, text);
      case 'choices': {
        const chosen = Array.isArray(value) ? value.map(String) : [];
        return element('div', {}, ...(this.schema.items?.enum ?? []).map((choice) => element(
          'label', { class: 'choice' },
          this.add(element('input', { type: 'checkbox', value: choice, checked: chosen.includes(choice) })), choice,
        )));
      }
      case 'suggest': {
        const choices = (this.schema.examples ?? []).map((choice) => element('option', { value: choice }));
        return element('div', {}, field('text', { list: `${id}-list` }), element('datalist', { id: `${id}-list` }, ...choices));
      }
      case 'area': {
        const area = this.add(element('textarea', { id, rows: 4, spellcheck: 'false' }));
        area.value = text;
        return area;
      }
      case 'file': {
        const browse = (): void => host.postMessage({ kind: 'browse', name: this.name });
        return element('div', { class: 'file' }, field('text'), element('button', { type: 'button', click: browse }, this.texts.browse));
      }
      case 'datetime': {
        const input = field('datetime-local', { step: '1' });
        const moment = new Date(text);
        if (!Number.isNaN(moment.getTime())) input.value = new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
        return input;
      }
      case 'time':
        return field('time', { step: '1' });
      case 'date':
      case 'password':
        return field(kind);
      case 'number':
        return field('text', { inputmode: 'decimal' });
      case 'text':
        return field('text');
    }
  }

  private select(id: string, text: string): HTMLElement {
    const select = this.add(element('select', { id }));
    if (!this.required || text === '') select.append(element('option', { value: '' }, this.texts.none));
    for (const choice of this.schema.enum ?? []) select.append(element('option', { value: choice, selected: choice === text }, choice));
    return select;
  }

  private add<Made extends Control>(control: Made): Made {
    this.controls.push(control);
    return control;
  }
}
