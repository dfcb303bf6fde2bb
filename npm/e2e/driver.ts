// A driver's module in a Vite server of its own process (driver_server.ts), for the tests.
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { environment } from './app.ts';
import { atEnd, kill, type Owner } from './owner.ts';

export const here = fileURLToPath(new URL('.', import.meta.url));

export type End = 'works' | 'process dies' | `fails: ${string}`;

export class Driver {
  readonly #process: ChildProcess;
  readonly #ended: Promise<'process dies'>;

  constructor(t: Owner, args: string[], databaseUrl: string) {
    this.#process = fork(join(here, 'driver_server.ts'), args, {
      cwd: here,
      env: { ...environment(), DATABASE_URL: databaseUrl },
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.#ended = new Promise((ended) => {
      this.#process.once('exit', () => ended('process dies'));
    });
    atEnd(t, () => this.stop());
    this.#ready = this.#message();
  }

  readonly #ready: Promise<string>;

  async ask(what: 'query' | 'hold' | 'turn'): Promise<string> {
    await this.#ready;
    if (!this.#process.connected) {
      return this.#ended;
    }
    const answer = this.#message();
    this.#process.send(what, () => {}); // it may be dying: then that is the answer
    return answer;
  }

  async nextQuery(): Promise<End> {
    for (const step of ['turn', 'query'] as const) {
      const answer = await this.ask(step);
      if (answer === 'process dies') {
        return answer;
      }
      if (answer !== 'done') {
        return `fails: ${answer}`;
      }
    }
    return 'works';
  }

  stop(): Promise<void> {
    return kill(this.#process);
  }

  #message(): Promise<string> {
    const message = new Promise<string>((heard) => {
      this.#process.once('message', (text) => heard(String(text)));
    });
    return Promise.race([message, this.#ended]);
  }
}
