import * as vscode from 'vscode';
import { setting } from '../server/find';
import type { FlowTracker } from './tracker';

interface YamlApi {
  registerContributor(
    name: string, schemaOf: (resource: string) => string | undefined, contentOf: (uri: string) => string | undefined,
  ): boolean;
}

const NOTHING = 'tiercel://schema/anything';

/** Keep the schemas of the Red Hat YAML extension away from flows, where it is installed: they get one that allows everything. */
export async function quietRedHatYaml(flows: FlowTracker): Promise<boolean> {
  const extension = vscode.extensions.getExtension<YamlApi>('redhat.vscode-yaml');
  if (extension === undefined) return false;
  try {
    const api = await extension.activate();
    const isOurs = (resource: string): boolean =>
      setting<string>('redHatYaml') !== 'leave' && flows.isFlow(vscode.Uri.parse(resource));
    return api.registerContributor('tiercel', (resource) => (isOurs(resource) ? NOTHING : undefined), () => '{}');
  } catch {
    return false;
  }
}
