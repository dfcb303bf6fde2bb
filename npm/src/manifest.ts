// The package.json of the project we are called in, as far as we need it. Read by doctor and reset.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Its scripts by name; none where there is no package.json, or none that can be read. */
export function scriptsOf(project: string): Record<string, string> {
  const file = join(project, 'package.json');
  if (!existsSync(file)) {
    return {};
  }
  try {
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as { scripts?: Record<string, string> };
    return manifest.scripts ?? {};
  } catch {
    return {};
  }
}
