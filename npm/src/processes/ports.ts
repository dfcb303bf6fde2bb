// Who listens on which port of this machine, as far as we may see it. Linux tells by files, every
// other system by lsof. Called by project.ts.
import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';

/** The pid by port. */
export function listeners(): Promise<Map<number, number>> {
  return process.platform === 'linux' ? fromFiles() : fromLsof();
}

const listening = '0A';

async function fromFiles(): Promise<Map<number, number>> {
  const portOf = new Map<string, number>(); // by the socket's inode
  for (const file of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const [, ...lines] = (await readFile(file, 'latin1').catch(() => '')).trim().split('\n');
    for (const line of lines) {
      const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
      if (state === listening) {
        portOf.set(inode, Number.parseInt(local.split(':')[1] ?? '', 16));
      }
    }
  }
  const found = new Map<number, number>();
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  await Promise.all(
    pids.map(async (pid) => {
      // Another user's, or gone by now: then it is not for us to see.
      for (const fd of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
        const target = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '');
        const port = portOf.get(/^socket:\[(\d+)\]$/.exec(target)?.[1] ?? '');
        // A child may have inherited it; the older one has made it.
        if (port !== undefined && !((found.get(port) ?? Infinity) < Number(pid))) {
          found.set(port, Number(pid));
        }
      }
    }),
  );
  return found;
}

async function fromLsof(): Promise<Map<number, number>> {
  const args = ['-nP', '-iTCP', '-sTCP:LISTEN', '-Fpn'];
  const { stdout } = await promisify(execFile)('lsof', args).catch(
    // It says "nothing found" by its exit code.
    (error: { code?: unknown; stdout?: string }) => {
      if (typeof error.code !== 'number') {
        throw error;
      }
      return { stdout: error.stdout ?? '' };
    },
  );
  const found = new Map<number, number>();
  let pid = 0;
  for (const line of stdout.split('\n')) {
    if (line.startsWith('p')) {
      pid = Number(line.slice(1));
    }
    const port = /^n.*:(\d+)$/.exec(line)?.[1];
    if (port !== undefined) {
      found.set(Number(port), pid);
    }
  }
  return found;
}
