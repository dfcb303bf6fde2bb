// The API: GET /api/sessions, POST /api/sessions, GET /api/info, GET /api/count?of=tutorSession.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { prisma } from '#db';
import { config } from './config.ts';

export async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const answer = await route(`${request.method} ${url.pathname}`, url, request);
  response.statusCode = answer === undefined ? 404 : 200;
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(answer ?? { error: 'There is nothing here.' }));
}

async function route(what: string, url: URL, request: IncomingMessage): Promise<unknown> {
  switch (what) {
    case 'GET /sessions':
      return prisma.tutorSession.findMany({ orderBy: { id: 'desc' }, take: 20 });
    case 'POST /sessions': {
      const { topic } = (await json(request)) as { topic: string };
      return prisma.tutorSession.create({ data: { topic } });
    }
    case 'GET /info':
      return { tutor: config.tutor, sessions: await prisma.tutorSession.count() };
    case 'GET /count':
      return countOf(url.searchParams.get('of') ?? '');
  }
}

/** By name, so that a model that `prisma generate` has just brought can be asked for, too. */
async function countOf(model: string): Promise<number | undefined> {
  const models = prisma as unknown as Record<string, { count(): Promise<number> } | undefined>;
  return models[model]?.count();
}
