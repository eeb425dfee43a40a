// Made by `python -m tools.generate vscode` from contributions.yaml.

/** The commands that the extension registers itself. */
export type CommandId =
  | 'tiercel.runFlow'
  | 'tiercel.runToCursor'
  | 'tiercel.replayFromCursor'
  | 'tiercel.rerunFlow'
  | 'tiercel.cancelFlow'
  | 'tiercel.showRun'
  | 'tiercel.showTopology'
  | 'tiercel.resumeRun'
  | 'tiercel.history.refresh'
  | 'tiercel.history.search'
  | 'tiercel.history.clear'
  | 'tiercel.history.open'
  | 'tiercel.history.replay'
  | 'tiercel.restartServer'
  | 'tiercel.installServer'
  | 'tiercel.showLog'
  | 'tiercel.showStatus'
  | 'tiercel.openWalkthrough';

/** The settings, without `tiercel.`. */
export type SettingKey =
  | 'kestraVersion'
  | 'serverPath'
  | 'interpreter'
  | 'useBundledServer'
  | 'run.showPanel'
  | 'run.gutterMarks'
  | 'history.limit'
  | 'redHatYaml'
  | 'trace.server';
