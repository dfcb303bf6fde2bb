// What becomes of a request for a connection that the server refuses (SQLSTATE 53300, too many
// clients). It does not fail at once: it waits for one of those that its pool has, or for the server to
// have room again. A pool that was refused counts as full for a moment, so that its other requests wait,
// too, instead of asking the server each on its own. It still fails where the wait is too long: what
// it waits for may be held by the very code that asks.
import type { Pool, PoolClient } from 'pg';
import { codeOf, tooManyConnections } from '../error_code.js';
import type { Connect } from './let_go.js';

type Callback = Parameters<Connect>[0];

/** For how long a request waits, unless `connectionTimeoutMillis` is shorter. */
const patienceMs = 30_000;

/** For how long a pool does not ask again. Others may have been refused at the same time. */
const pauseMs = () => 200 + Math.random() * 200;

/** Of pg-pool, not in its types. */
interface Inside {
  _isFull(): boolean;
  _pulseQueue(): void;
}

const refusals = new WeakMap<Pool, Refusal>();

/** As `connect`, the pool's own, with a callback or without. `onRefused` is told of each refusal. */
export function connectWithPatience(
  pool: Pool,
  connect: Connect,
  rest: unknown[],
  onRefused: () => void,
): unknown {
  const askedAt = performance.now();
  const [told] = rest;
  const wait = (then: Callback, error?: Error) => {
    let refusal = refusals.get(pool);
    if (refusal === undefined) {
      refusal = new Refusal(pool, connect, onRefused);
      refusals.set(pool, refusal);
    }
    refusal.wait(askedAt, then, error);
  };
  const waitAndPromise = (error?: Error) =>
    new Promise<PoolClient | undefined>((resolve, reject) => {
      wait((failure, client) => (failure ? reject(failure) : resolve(client)), error);
    });
  const mustWait = refusals.get(pool)?.holds === true;

  if (typeof told !== 'function') {
    return mustWait
      ? waitAndPromise()
      : (connect as (this: Pool) => Promise<PoolClient>).call(pool).catch((error: Error) => {
          if (!isRefusal(error)) {
            throw error;
          }
          return waitAndPromise(error);
        });
  }
  const then = told as Callback;
  if (mustWait) {
    return wait(then);
  }
  return connect.call(pool, (error, ...more) =>
    isRefusal(error) ? wait(then, error) : then(error, ...more),
  );
}

function isRefusal(error: unknown): error is Error {
  return codeOf(error) === tooManyConnections;
}

/** A pool that the server has refused a connection. */
class Refusal {
  /** The pool counts as full. */
  holds = false;
  #error: Error | undefined;

  constructor(
    private readonly pool: Pool,
    private readonly connect: Connect,
    private readonly onRefused: () => void,
  ) {
    const isFull = this.#inside._isFull;
    this.#inside._isFull = () => this.holds || isFull.call(pool);
  }

  get #inside(): Inside {
    return this.pool as unknown as Inside;
  }

  /** Of those that wait one asks the server again later. */
  #note(error: Error): void {
    this.#error = error;
    this.onRefused();
    if (this.holds) {
      return; // by another one, which had asked at the same time
    }
    this.holds = true;
    setTimeout(() => {
      this.holds = false;
      this.#inside._pulseQueue();
    }, pauseMs());
  }

  /** Until the pool has a connection for it. */
  wait(askedAt: number, told: Callback, error?: Error): void {
    if (error !== undefined) {
      this.#note(error);
    }
    let isOver = false;
    const end: Callback = (...outcome) => {
      isOver = true;
      clearTimeout(timer);
      told(...outcome);
    };
    const longest = Math.min(patienceMs, this.pool.options.connectionTimeoutMillis || patienceMs);
    const timer = setTimeout(
      () => end(this.#error, undefined, () => {}),
      Math.max(0, askedAt + longest - performance.now()),
    );
    const ask = () =>
      this.connect.call(this.pool, (failure, client, done) => {
        if (isRefusal(failure)) {
          this.#note(failure);
          return isOver || ask();
        }
        return isOver ? client?.release() : end(failure, client, done);
      });
    ask();
  }
}
