// The most naive program: raw pg, one new pool a save, no listener for errors, and nothing but the
// extension in the server. A connection that it has forgotten must not end it.
import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Database } from './database.ts';
import { here } from './driver.ts';
import { atEnd, kill } from './owner.ts';

const saves = 200;

class Program {
  readonly #process: ChildProcess;
  readonly #ended: Promise<'dead'>;

  constructor(t: TestContext, databaseUrl: string) {
    this.#process = fork(join(here, 'raw_server.ts'), [], {
      env: { ...process.env, DATABASE_URL: databaseUrl },
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#ended = new Promise((ended) => {
      this.#process.once('exit', () => ended('dead'));
    });
    atEnd(t, () => kill(this.#process));
  }

  get lives(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** What came of each request of 200 saves, and how often. */
  async saveOften(): Promise<Map<string, number>> {
    const answers = new Map<string, number>();
    for (let count = 1; count <= saves && this.lives; count++) {
      const answer = await this.#save();
      answers.set(answer, (answers.get(answer) ?? 0) + 1);
    }
    return answers;
  }

  #save(): Promise<string> {
    const answer = new Promise<string>((heard) => {
      this.#process.once('message', (text) => heard(String(text)));
    });
    this.#process.send('save', () => {}); // it may be dying: then that is the answer
    return Promise.race([answer, this.#ended]);
  }
}

test('control: without the extension most of 200 saves fail at 30 slots', async (t) => {
  const database = await Database.start(t, { extension: false });
  const answers = await new Program(t, database.url).saveOften();
  t.diagnostic(JSON.stringify([...answers]));
  assert.ok((answers.get('answered') ?? 0) < 30, 'there is a leak, or this test shows nothing');
});

test('with the extension 200 saves are answered, and the program lives', async (t) => {
  const database = await Database.start(t);
  const program = new Program(t, database.url);
  const answers = await program.saveOften();
  t.diagnostic(JSON.stringify([...answers]));
  assert.deepEqual([...answers], [['answered', saves]]);
  assert.ok(program.lives);
});
