// Sends a query again whose connection was retired before it was sent. SQLSTATE 57P05 says so:
// nothing after the session's last completed command was executed. What is asked first of a
// connection that was taken from a pool depends on nothing that came before, be it a query of its
// own or the BEGIN of a transaction. Another connection of the pool then stands in for the one that
// is gone: whoever holds that goes on with it and does not notice.
import { EventEmitter } from 'node:events';
import type { Pool, PoolClient } from 'pg';
import { codeOf, retired } from '../error_code.js';

type Callback = (error: Error | undefined, result?: unknown) => void;
type Query = (this: PoolClient, ...rest: unknown[]) => unknown;

/** What has been asked of a client since it was taken from the pool. */
interface Turn {
  asked: boolean;
}

const turns = new WeakMap<PoolClient, Turn>();

export function resend(pool: Pool): void {
  pool.on('acquire', (client) => {
    const known = turns.get(client);
    if (known !== undefined) {
      known.asked = false;
      return;
    }
    const turn = { asked: false };
    turns.set(client, turn);
    define(client, 'query', (...rest: unknown[]) => {
      const isFirst = !turn.asked;
      turn.asked = true;
      return isFirst && mayBeSentAgain(rest[0])
        ? askFirst(pool, client, rest)
        : queryOf(client).apply(client, rest);
    });
  });
}

/** Not cursors and streams, which have a life of their own. */
function mayBeSentAgain(query: unknown): boolean {
  return (
    typeof query === 'string' ||
    (typeof query === 'object' && query !== null && !('submit' in query) && !('callback' in query))
  );
}

/** The class's own method, in which others may have hooked. */
function queryOf(client: PoolClient): Query {
  return (Object.getPrototypeOf(client) as { query: Query }).query;
}

function askFirst(pool: Pool, client: PoolClient, rest: unknown[]): unknown {
  const place = rest.findIndex((one) => typeof one === 'function');
  const sendAgain = (error: Error) =>
    new StandIn(pool, client).ask(error, place < 0 ? rest : rest.slice(0, place));
  if (place < 0) {
    const answer = queryOf(client).apply(client, rest) as Promise<unknown>;
    return answer.catch((error: Error) => {
      if (codeOf(error) !== retired) {
        throw error;
      }
      return sendAgain(error);
    });
  }
  const told = rest[place] as Callback;
  const callback: Callback = (error, result) => {
    if (!error || codeOf(error) !== retired) {
      return told(error, result);
    }
    sendAgain(error).then(
      (again) => process.nextTick(told, undefined, again),
      (failure: Error) => process.nextTick(told, failure),
    );
  };
  return queryOf(client).apply(client, rest.toSpliced(place, 1, callback));
}

const events = ['error', 'notice', 'notification', 'drain', 'end'] as const;

/** The lost client as others have it in their hands, with another one behind it. */
class StandIn {
  #now: PoolClient | undefined;
  #isReleased = false;
  #stopForwarding = () => {};

  constructor(
    private readonly pool: Pool,
    private readonly lost: PoolClient,
  ) {
    // It will yet tell of its own end: that is not the end of what it stands for.
    define(lost, 'emit', () => false);
  }

  /** Each try takes one dead connection out of the pool. */
  async ask(error: Error, rest: unknown[]): Promise<unknown> {
    const listeners = this.lost.listeners('error');
    this.lost.release(error);
    // The pool listens to what it thinks is idle now; it is not to hear of the one behind it.
    for (const one of this.lost.listeners('error')) {
      if (!listeners.includes(one)) {
        this.lost.off('error', one as () => void);
      }
    }
    define(this.lost, 'release', (reason?: Error | boolean) => this.#giveBack(reason));
    define(this.lost, 'query', (...more: unknown[]) => this.#query(more));
    for (const name of ['processID', 'secretKey', 'connection', '_txStatus'] as const) {
      Object.defineProperty(this.lost, name, { configurable: true, get: () => this.#of(name) });
    }
    for (let triesLeft = this.pool.options.max ?? 10; ; triesLeft--) {
      const next = await this.pool.connect();
      this.#forward(next);
      try {
        const turn = turns.get(next);
        if (turn !== undefined) {
          turn.asked = true;
        }
        return await queryOf(next).apply(next, rest);
      } catch (failure) {
        if (triesLeft === 0 || codeOf(failure) !== retired) {
          throw failure;
        }
        this.#drop(failure as Error);
      }
    }
  }

  #query(rest: unknown[]): unknown {
    if (this.#now !== undefined) {
      return (this.#now.query as Query).apply(this.#now, rest);
    }
    const error = new Error('The connection is lost, and there is no other one.');
    const callback = rest.find((one) => typeof one === 'function') as Callback | undefined;
    if (callback === undefined) {
      return Promise.reject(error);
    }
    return process.nextTick(callback, error);
  }

  #giveBack(reason?: Error | boolean): void {
    if (this.#isReleased) {
      throw new Error('Release called on client which has already been released to the pool.');
    }
    this.#isReleased = true;
    this.#drop(reason);
  }

  #drop(reason?: Error | boolean): void {
    this.#stopForwarding();
    this.#now?.release(reason);
    this.#now = undefined;
  }

  #of(name: 'processID' | 'secretKey' | 'connection' | '_txStatus'): unknown {
    return (this.#now as unknown as Record<string, unknown> | undefined)?.[name] ?? null;
  }

  #forward(client: PoolClient): void {
    this.#now = client;
    const pairs = events.map((event) => {
      const forward = (...rest: unknown[]) => {
        if (this.lost.listenerCount(event) === 0) {
          return; // an 'error' would end the process
        }
        EventEmitter.prototype.emit.call(this.lost, event, ...rest);
      };
      client.on(event as 'error', forward);
      return [event, forward] as const;
    });
    this.#stopForwarding = () => {
      for (const [event, forward] of pairs) {
        client.off(event as 'error', forward);
      }
    };
  }
}

function define(client: PoolClient, name: string, value: (...rest: never[]) => unknown): void {
  Object.defineProperty(client, name, { configurable: true, writable: true, value });
}
