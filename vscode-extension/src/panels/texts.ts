import * as vscode from 'vscode';

/** The words of our pages, in the user's language; `{0}` is filled in by the page. */
export function inputTexts() {
  const t = vscode.l10n.t;
  return {
    run: t('Run'), resume: t('Resume'), cancel: t('Cancel'), browse: t('Browse…'), none: t('(none)'), needed: t('required'),
    dependsOn: t('Only if needed: depends on {0}.'), list: t('A JSON list, such as ["a", "b"].'),
    mistakes: {
      required: t('A value is needed.'), integer: t('This must be a whole number.'), number: t('This must be a number.'),
      minimum: t('This must be at least {0}.'), maximum: t('This must be at most {0}.'), pattern: t('This must match {0}.'),
      date: t('This must be a date, such as 2026-01-31.'), time: t('This must be a time, such as 08:30:00.'),
      datetime: t('This must be a date with time and zone, such as 2026-01-31T08:30:00Z.'),
      duration: t('This must be a duration, such as PT1H30M.'), email: t('This must be an e-mail address.'), uri: t('This must be a URI.'),
      json: t('This is not JSON.'), list: t('This must be a JSON list.'), choice: t('This must be one of the choices.'),
    },
  };
}

export function runTexts() {
  const t = vscode.l10n.t;
  return {
    timeline: t('Timeline'), logs: t('Logs'), outputs: t('Outputs'), metrics: t('Metrics'), cancel: t('Cancel'), replay: t('Run Again'),
    replayFrom: t('Replay from {0}'), resume: t('Resume'), allTasks: t('All tasks'), find: t('Find in logs'), level: t('Least level'),
    task: t('Task'), nothing: t('Nothing yet.'), noLogs: t('No log lines match.'), noOutputs: t('Nothing was put out.'),
    noMetrics: t('No metrics.'), preview: t('Preview'), flowOutputs: t('Outputs of the flow'), inputs: t('Inputs'), goTo: t('Go to {0}'),
    lost: t('{0} earlier lines are not shown.'), metric: t('Metric'), kind: t('Kind'), value: t('Value'), tags: t('Tags'),
    reused: t('from an earlier run'), more: t('{0} more'), loading: t('Reading…'), labels: t('Labels'),
  };
}

export type InputTexts = ReturnType<typeof inputTexts>;
export type RunTexts = ReturnType<typeof runTexts>;
