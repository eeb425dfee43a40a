// Bundles the extension for Node, and each page of a webview for the browser. `--watch` goes on.
import { existsSync } from 'node:fs';
import esbuild from 'esbuild';

const shared = { bundle: true, minify: true, sourcemap: true, logLevel: 'warning' };
const pages = ['run', 'inputs', 'topology'].filter((name) => existsSync(`src/webview/${name}/main.ts`));
const builds = [
  { ...shared, entryPoints: ['src/extension.ts'], platform: 'node', format: 'cjs', target: 'node20', external: ['vscode'], outfile: 'dist/extension.js' },
  ...pages.map((name) => ({
    ...shared, entryPoints: [`src/webview/${name}/main.ts`], platform: 'browser', format: 'iife', target: 'chrome114', outfile: `dist/webview/${name}.js`,
  })),
];
if (process.argv.includes('--watch')) {
  for (const each of builds) await (await esbuild.context(each)).watch();
} else {
  await Promise.all(builds.map((each) => esbuild.build(each)));
}
