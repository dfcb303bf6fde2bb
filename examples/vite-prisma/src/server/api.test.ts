// npm run test:run: the API against the real database.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { handle } from './api.ts';

let server: Server;
let origin: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    void handle(request, response);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.close();
});

test('a session that is started is listed first', async () => {
  const topic = `fractions ${process.pid}`;
  await fetch(`${origin}/sessions`, { method: 'POST', body: JSON.stringify({ topic }) });
  const [latest] = (await (await fetch(`${origin}/sessions`)).json()) as { topic: string }[];
  expect(latest?.topic).toBe(topic);
});

test('what is not there is not found', async () => {
  expect((await fetch(`${origin}/count?of=nobody`)).status).toBe(404);
});
