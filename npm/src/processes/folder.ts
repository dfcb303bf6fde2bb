// The working folder of a process, by its pid. No library for it is both kept up and free of a
// shell; the system's own answer is one line. Called by project.ts.
import { execFile } from 'node:child_process';
import { readlink } from 'node:fs/promises';
import { promisify } from 'node:util';

/** Undefined where it has ended, is not ours to look at, or the system does not tell. */
export async function workingFolder(pid: number): Promise<string | undefined> {
  try {
    if (process.platform === 'linux') {
      return await readlink(`/proc/${pid}/cwd`);
    }
    const args = ['-a', '-p', String(pid), '-d', 'cwd', '-Fn'];
    const { stdout } = await promisify(execFile)('lsof', args);
    return /^n(.*)$/m.exec(stdout)?.[1];
  } catch {
    return undefined;
  }
}
