import type { InputTexts } from '../../panels/texts';
import type { Question } from '../../runs/form';
import { data, element, host, page } from '../page';
import { Field } from './field';

const { question, texts, title } = data<{ question: Question; texts: InputTexts; title: string }>();
const fields = Object.entries(question.schema.properties).map(
  ([name, schema]) => new Field(name, schema, question.schema.required.includes(name), question.values[name], texts, checkAll),
);
const submit = element('button', { type: 'submit', class: 'primary' }, question.purpose === 'run' ? texts.run : texts.resume);
const form = element(
  'form',
  {
    novalidate: true,
    submit: (event) => {
      event.preventDefault();
      const wrong = fields.find((field) => field.check(true));
      if (wrong) wrong.focus();
      else host.postMessage({ kind: 'submit', values: Object.assign({}, ...fields.map((field) => field.given())) as object });
    },
  },
  element('h1', {}, title),
  element('p', { class: 'muted' }, question.schema.description ?? ''),
  ...fields.map((field) => field.root),
  element('div', { class: 'buttons' }, submit,
    element('button', { type: 'button', click: () => host.postMessage({ kind: 'cancel' }) }, texts.cancel)),
);
page().append(form);
window.addEventListener('message', ({ data: message }: MessageEvent<{ kind: string; name: string; path: string }>) => {
  if (message.kind === 'picked') fields.find((field) => field.name === message.name)?.set(message.path);
});
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') host.postMessage({ kind: 'cancel' });
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});
checkAll();
fields[0]?.focus();

function checkAll(): void {
  submit.disabled = fields.some((field) => field.isWrong);
}
