// One driver of Node.js for bench/drivers: `node node.mjs WAY`. Says "ready" once it has an idle
// connection; for every line that it is sent it makes a query and says how that went.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const require = createRequire(process.env.DRIVERS_FROM ?? import.meta.url);
const { PGHOST: host, PGPORT: port, PGUSER: user, PGDATABASE: database } = process.env;
const where = { host, port: Number(port), user, database };

async function pool(listens) {
  const { Pool } = require('pg');
  const pool = new Pool({ ...where, max: 1, idleTimeoutMillis: 0 });
  if (listens) pool.on('error', () => {});
  return () => pool.query('SELECT 1');
}

async function client(listens) {
  const { Client } = require('pg');
  const client = new Client(where);
  if (listens) client.on('error', () => {});
  await client.connect();
  return () => client.query('SELECT 1');
}

// The pool's listener does not hear of a connection that somebody has taken out.
async function checkedOut(listens) {
  const { Pool } = require('pg');
  const pool = new Pool({ ...where, max: 1 });
  pool.on('error', () => {});
  const client = await pool.connect();
  if (listens) client.on('error', () => {});
  return () => client.query('SELECT 1');
}

const ways = {
  'pg.Pool': () => pool(false),
  'pg.Pool, listens': () => pool(true),
  'pg.Client': () => client(false),
  'pg.Client, listens': () => client(true),
  'pg.Pool, checked out': () => checkedOut(false),
  'pg.Pool, checked out, listens': () => checkedOut(true),
  'postgres.js': async () => {
    const sql = require('postgres')({ ...where, max: 1, idle_timeout: 0 });
    return () => sql`SELECT 1`;
  },
  knex: async () => {
    const knex = require('knex')({ client: 'pg', connection: where, pool: { min: 0, max: 1 } });
    return () => knex.raw('SELECT 1');
  },
  typeorm: async () => {
    const { DataSource } = require('typeorm');
    const source = new DataSource({ type: 'postgres', ...where, username: user });
    await source.initialize();
    return () => source.query('SELECT 1');
  },
  'drizzle on pg': async () => {
    const { drizzle } = require('drizzle-orm/node-postgres');
    const { Pool } = require('pg');
    const db = drizzle({ client: new Pool({ ...where, max: 1, idleTimeoutMillis: 0 }) });
    return () => db.execute('SELECT 1');
  },
};

const query = await ways[process.argv[2]]();
await query();
console.log('ready');
for await (const _ of createInterface({ input: process.stdin })) {
  try {
    await query();
    console.log('works');
  } catch (problem) {
    const reason = problem.cause?.code ?? problem.code ?? problem.message;
    console.log(`fails: ${reason}`);
  }
}
process.exit(0);
