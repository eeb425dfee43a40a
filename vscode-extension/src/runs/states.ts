/** How states look: a shape and a word always, a colour of the theme besides. No vscode, no DOM. */

export interface Look {
  readonly glyph: string;
  readonly tone: 'good' | 'bad' | 'warn' | 'busy' | 'idle';
}

const LOOKS: Readonly<Record<string, Look>> = {
  SUCCESS: { glyph: '✓', tone: 'good' },
  WARNING: { glyph: '!', tone: 'warn' },
  FAILED: { glyph: '✗', tone: 'bad' },
  KILLED: { glyph: '■', tone: 'bad' },
  KILLING: { glyph: '■', tone: 'bad' },
  CANCELLED: { glyph: '⊘', tone: 'warn' },
  SKIPPED: { glyph: '–', tone: 'idle' },
  RUNNING: { glyph: '▶', tone: 'busy' },
  RETRYING: { glyph: '↻', tone: 'warn' },
  RETRIED: { glyph: '↻', tone: 'warn' },
  PAUSED: { glyph: '‖', tone: 'warn' },
  BREAKPOINT: { glyph: '‖', tone: 'warn' },
  INTERRUPTED: { glyph: '⊘', tone: 'bad' },
};

export function lookOf(state: string): Look {
  return LOOKS[state] ?? { glyph: '○', tone: 'idle' };
}

export function durationText(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.max(0, Math.round(milliseconds))} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
