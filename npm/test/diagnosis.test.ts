// The way from a server without the extension to one with it, step by step, by typing what doctor
// says; the panel says the same.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { findAddress } from '../dist/database/address.js';
import { loadStatement } from '../dist/database/diagnosis.js';
import { Feed } from '../dist/panel/feed.js';
import type { Trouble } from '../dist/panel/message.js';
import { Cluster } from './cluster.js';
import { answer } from './command.js';

let project: string;
before(() => {
  project = mkdtempSync(join(tmpdir(), 'ai_cleanup.'));
  writeFileSync(join(project, 'package.json'), '{}');
});
after(() => rmSync(project, { recursive: true }));

const ids = ['extension', 'preload', 'create', 'update', 'enabled'];

async function doctor(url: string): Promise<{ id: string; what: string; remedy: string[] }> {
  const { findings } = await answer<{ findings: { id: string; what: string; remedy: string[] }[] }>(
    ['doctor'],
    { folder: project, environment: { DATABASE_URL: url } },
  );
  const [found, ...others] = findings.filter(({ id }) => ids.includes(id));
  assert.ok(found !== undefined && others.length === 0, JSON.stringify(findings));
  return found;
}

function panel(url: string): Promise<Trouble | null> {
  const feed = new Feed({ address: findAddress(url) });
  return new Promise<Trouble | null>((told, failed) => {
    feed.watch((message) => {
      if (message.kind === 'sample') {
        told(message.lack);
      }
      if (message.kind === 'trouble') {
        failed(new Error(message.trouble.message));
      }
    });
  }).finally(() => feed.stop());
}

const statement = (step = '') => step.replace(/^[^:]*: /, '');

for (const present of ['', 'auto_explain, pg_stat_statements']) {
  test(`from a bare server with '${present}' loaded to one with ai_cleanup`, async (t) => {
    const cluster = await Cluster.start({
      extension: false,
      settings: [`shared_preload_libraries = '${present}'`],
    });
    t.after(() => cluster.stop());
    const superuser = cluster.url('postgres', 'app');
    const step = async (id: string): Promise<string[]> => {
      const { id: found, what, remedy } = await doctor(superuser);
      assert.equal(found, id);
      assert.deepEqual(await panel(superuser), { id, message: what, remedy });
      return remedy;
    };
    const restart = async () => {
      await cluster.stopServer();
      await cluster.startServer();
    };

    const hidden = (await doctor(cluster.url())).remedy;
    assert.match(hidden[0] ?? '', /SHOW shared_preload_libraries;/);
    await cluster.query(statement((await step('preload'))[0]));
    await restart();
    const [row] = await cluster.query<{ now: string }>(
      "SELECT current_setting('shared_preload_libraries') AS now",
    );
    assert.equal(row?.now, present === '' ? 'ai_cleanup' : `${present}, ai_cleanup`);

    await cluster.query(statement((await step('create'))[0]), 'app');
    await cluster.query('ALTER SYSTEM SET ai_cleanup.enabled = off');
    await restart();
    const [off, reload] = statement((await step('enabled'))[0]).split('; ');
    await cluster.query(off ?? '');
    await cluster.query(reload ?? '');
    const { id, what } = await doctor(superuser);
    assert.equal(id, 'extension');
    assert.match(what, /is loaded, created and switched on/);
    assert.equal(await panel(superuser), null);
  });
}

test('names of libraries are quoted as they have to be', () => {
  assert.equal(
    loadStatement('a,"$libdir/b, c" , "d""e"'),
    "ALTER SYSTEM SET shared_preload_libraries = 'a', '$libdir/b, c', 'd\"e', 'ai_cleanup'",
  );
});
