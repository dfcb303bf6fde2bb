// A project that has this package as one has it from the registry: unpacked from what `npm pack`
// makes. It lies below this folder, so that the package finds its dependencies here.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

export interface Packed {
  filename: string;
  files: { path: string }[];
}

export class Project {
  readonly folder: string;
  /** What was packed. */
  readonly packed: Packed;

  constructor(scripts: Record<string, string>, url: string) {
    this.folder = mkdtempSync(join(root, 'build/project.'));
    const bin = join(this.folder, 'node_modules/.bin');
    const installed = join(this.folder, 'node_modules/ai-cleanup');
    mkdirSync(bin, { recursive: true });
    mkdirSync(installed);
    this.packed = pack(this.folder);
    execFileSync('tar', [
      ...['--extract', `--file=${this.folder}/${this.packed.filename}`],
      ...['--strip-components=1', `--directory=${installed}`],
    ]);
    symlinkSync('../ai-cleanup/dist/cli/main.js', join(bin, 'ai-cleanup'));
    execFileSync('chmod', ['755', join(installed, 'dist/cli/main.js')]); // as installers do
    writeFileSync(
      join(this.folder, 'package.json'),
      JSON.stringify({ name: 'shop', version: '1.0.0', private: true, scripts }),
    );
    writeFileSync(join(this.folder, '.env'), `DATABASE_URL="${url}"\n`);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

export function pack(folder: string): Packed {
  const args = ['pack', '--json', '--ignore-scripts', `--pack-destination=${folder}`];
  const listed: unknown = JSON.parse(execFileSync('npm', args, { cwd: root, encoding: 'utf8' }));
  // npm has answered with a list, and with an object by name.
  const [packed] = Array.isArray(listed) ? listed : Object.values(listed as object);
  return packed as Packed;
}
