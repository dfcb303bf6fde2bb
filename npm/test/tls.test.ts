// TLS means to the commands what it means to psql: a certificate of one's own, and a server that has
// no TLS at all.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chownSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Cluster } from './cluster.js';
import { command } from './command.js';

let plain: Cluster;
let encrypted: Cluster;
before(async () => {
  plain = await Cluster.start({ extension: false });
  encrypted = await Cluster.start({ extension: false });
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'],
      ...[
        '-keyout',
        join(encrypted.data, 'server.key'),
        '-out',
        join(encrypted.data, 'server.crt'),
      ],
    ],
    { stdio: 'ignore' },
  );
  const { uid, gid } = statSync(encrypted.data);
  for (const file of ['server.key', 'server.crt']) {
    chownSync(join(encrypted.data, file), uid, gid);
  }
  await encrypted.query('ALTER SYSTEM SET ssl = on');
  await encrypted.stopServer();
  await encrypted.startServer();
});
after(async () => {
  await plain.stop();
  await encrypted.stop();
});

const status = (cluster: Cluster, mode: string) =>
  command(['status', '--url', `${cluster.url()}?sslmode=${mode}`]);

for (const mode of ['require', 'prefer', 'no-verify', 'disable']) {
  test(`sslmode=${mode} with a certificate that nobody has signed`, async () => {
    const { code, stderr } = await status(encrypted, mode);
    assert.deepEqual([code, stderr], [0, '']);
  });
}

test('sslmode=verify-full looks at it, and says what can be done', async () => {
  const { code, stderr } = await status(encrypted, 'verify-full');
  assert.equal(code, 3);
  assert.match(stderr, /certificate of .* is not accepted: self-signed certificate/);
  assert.match(stderr, /sslrootcert=/);
});

test('a server without TLS: prefer goes on without, require says so', async () => {
  const preferred = await status(plain, 'prefer');
  assert.deepEqual([preferred.code, preferred.stderr], [0, '']);
  const required = await status(plain, 'require');
  assert.equal(required.code, 3);
  assert.match(required.stderr, /has no TLS, and the URL wants it/);
  assert.match(required.stderr, /sslmode=prefer/);
});
