// What arrives of `npm run db:cleanup --force` and its relatives: each package manager treats flags in
// a way of its own, and what arrives must be what was meant.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { Clients } from './clients.js';
import { Cluster } from './cluster.js';
import { execute, type Finished } from './command.js';
import { Project, root } from './project.js';

let cluster: Cluster;
let clients: Clients;
let project: Project;
before(async () => {
  cluster = await Cluster.start({ extension: false });
  project = new Project(
    { 'db:cleanup': 'ai-cleanup', predev: 'ai-cleanup', dev: 'node --version' },
    cluster.url(),
  );
  await installForYarn4(project.folder);
});
beforeEach(async () => {
  clients = new Clients(cluster);
  await clients.idle(1);
  await clients.inTransaction();
});
afterEach(() => clients.close());
after(async () => {
  project.remove();
  await cluster.stop();
});

const modules = join(root, 'node_modules');
const managers: Record<string, string[]> = {
  npm: ['npm'],
  pnpm: [process.execPath, join(modules, 'pnpm/bin/pnpm.cjs')],
  'yarn 1': [process.execPath, join(modules, 'yarn/bin/yarn.js')],
  'yarn 4': [process.execPath, join(modules, '@yarnpkg/cli-dist/bin/yarn.js')],
  bun: [join(modules, 'bun/bin/bun.exe')],
};

function run(manager: string, args: string[]): Promise<Finished> {
  const [program = '', ...first] = managers[manager] ?? [];
  return execute(program, [...first, 'run', ...args], {
    folder: project.folder,
    // yarn 4 knows only the commands of what it has itself installed.
    environment:
      manager === 'yarn 4'
        ? { PATH: `${project.folder}/node_modules/.bin:${process.env['PATH']}` }
        : {},
  });
}

/** yarn 4 runs nothing in a project that it has not installed, be there nothing to install. */
async function installForYarn4(folder: string): Promise<void> {
  writeFileSync(join(folder, 'yarn.lock'), ''); // says that the project ends here
  writeFileSync(join(folder, '.yarnrc.yml'), 'nodeLinker: node-modules\nenableTelemetry: false\n');
  const [program = '', ...first] = managers['yarn 4'] ?? [];
  const { code, stdout } = await execute(program, [...first, 'install'], { folder });
  assert.equal(code, 0, stdout);
}

const plainly = /1 session ended, 1 stayed/;
const byForce = /Taken: force, from .*2 sessions ended, 0 stayed/s;
const notAtAll = /Taken: dry run, from .*Would end 1 session, and leave 1\. Nothing was done/s;

for (const manager of Object.keys(managers)) {
  for (const [args, outcome] of [
    [['db:cleanup'], plainly],
    [['db:cleanup', '--force'], byForce],
    [['db:cleanup', 'force'], byForce],
    [['db:cleanup', '--', '--force'], byForce],
    [['db:cleanup', '--dry-run'], notAtAll],
    [['db:cleanup', '--', '--dry-run'], notAtAll],
  ] as const) {
    test(`${manager} run ${args.join(' ')}`, async () => {
      const { code, stdout, stderr } = await run(manager, [...args]);
      assert.equal(code, 0, stdout + stderr);
      assert.match(stdout, outcome);
    });
  }
}

test("npm run dev --force is the dev server's force, not ours", async () => {
  const { code, stdout } = await run('npm', ['dev', '--force']);
  assert.equal(code, 0);
  assert.match(stdout, /Not taken: force, from npm's --force: .* predev belongs to/);
  assert.match(stdout, plainly);
});

test('npx ai-cleanup --force', async () => {
  const npx = await execute('npx', ['ai-cleanup', '--force'], { folder: project.folder });
  assert.match(npx.stdout, byForce);
});
