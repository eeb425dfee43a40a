import type { Result } from './host.ts';
import type { Wishes } from './editor.ts';
export async function walk(_common: Pick<Wishes, 'node' | 'entry' | 'scratch'>, _folder: string, _images: string): Promise<Result> {
  return { passed: 0, failed: 0 };
}
