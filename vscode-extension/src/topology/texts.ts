import * as vscode from 'vscode';

/** The words of the page, in the user's language; `{0}` is filled in by the page. */
export function topologyTexts() {
  const t = vscode.l10n.t;
  return {
    graph: t('Topology of {0}'), nothing: t('Open a flow to see its topology.'), zoomIn: t('Zoom in'), zoomOut: t('Zoom out'), fit: t('Fit'),
    saveSvg: t('Save as SVG'), savePng: t('Save as PNG'), expand: t('Show the subflow inside'), collapse: t('Hide the subflow'),
    disabled: t('disabled'), missing: t('not in the workspace'), trigger: t('trigger'), notRun: t('Not run yet'), lastRun: t('Last run: {0}'),
    running: t('Running: {0}'), failed: t('The picture could not be laid out: {0}'),
    help: t('Arrow keys move between tasks, Enter goes to the line, Space shows or hides a subflow.'),
  };
}

export type TopologyTexts = ReturnType<typeof topologyTexts>;
