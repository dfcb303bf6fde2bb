// The panel at /__ai_cleanup/: its page, what it shows, and its one button. Mounted by the plugin
// in the dev server's own middlewares, behind its check of the Host header.
import { createReadStream } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cleanUp } from '../database/cleanup.js';
import { type Feed, troubleOf } from './feed.js';
import type { CleanUpAnswer, Message } from './message.js';
import type { Middleware } from './middleware.js';
import { mayAct, mayLook } from './same_origin.js';

export const panelPath = '__ai_cleanup/';

const require = createRequire(import.meta.url);
const page = (name: string): string => fileURLToPath(new URL(`./page/${name}`, import.meta.url));

/** What there is to read, and in which file it is. */
const files: Record<string, () => string> = {
  '/': () => page('index.html'),
  '/panel.css': () => page('panel.css'),
  '/panel.js': () => page('panel.js'),
  '/chart.js': () => page('chart.js'),
  '/tables.js': () => page('tables.js'),
  '/words.js': () => fileURLToPath(import.meta.resolve('#words')),
  '/htm.js': () => fileURLToPath(import.meta.resolve('htm/preact/standalone')),
  '/uplot.js': () => require.resolve('uplot').replace(/[^/\\]+$/, 'uPlot.esm.js'),
  '/uplot.css': () => require.resolve('uplot/dist/uPlot.min.css'),
};

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
};

const headers = {
  'cache-control': 'no-cache',
  'content-security-policy':
    "default-src 'self'; img-src data:; style-src 'self' 'unsafe-inline'; " +
    "script-src 'self' 'unsafe-inline'; frame-ancestors 'self'",
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
};

export function panel(feed: Feed): Middleware {
  return (request, response, next) => {
    const path = (request.url ?? '/').replace(/\?.*/, '');
    for (const [name, value] of Object.entries(headers)) {
      response.setHeader(name, value);
    }
    if (!mayLook(request)) {
      refuse(response, 403, 'This is for the page of the panel only.');
    } else if (path === '/api/clean-up') {
      if (mayAct(request)) {
        void answerCleanUp(feed, response);
      } else {
        refuse(response, 403, 'Only the page of the panel may do this, with POST.');
      }
    } else if (path === '/api/events') {
      sendEvents(feed, request, response);
    } else if (
      path === '/' &&
      !(request as Mounted).originalUrl?.replace(/\?.*/, '').endsWith('/')
    ) {
      response.writeHead(302, { location: `${(request as Mounted).originalUrl}/` }).end();
    } else {
      const file = files[path]?.();
      if (file === undefined) {
        next();
      } else {
        sendFile(file, response);
      }
    }
  };
}

/** connect cuts the path of the mount off `url`. */
type Mounted = IncomingMessage & { originalUrl?: string };

function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${why}\n`);
}

function sendFile(file: string, response: ServerResponse): void {
  response.setHeader('content-type', types[extname(file)] ?? 'application/octet-stream');
  createReadStream(file)
    .on('error', (error) => refuse(response, 500, String(error)))
    .pipe(response);
}

function sendEvents(feed: Feed, request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const stop = feed.watch((message: Message) => {
    response.write(`data: ${JSON.stringify(message)}\n\n`);
  });
  request.once('close', stop);
}

async function answerCleanUp(feed: Feed, response: ServerResponse): Promise<void> {
  const answer = await feed
    .visit(async ({ connection, server }): Promise<CleanUpAnswer> => {
      const { went, stayed } = await cleanUp(connection, server);
      return {
        went: went.length,
        stayed: stayed.map(({ pid, application, reason }) => ({ pid, application, reason })),
      };
    })
    .catch((error: unknown): CleanUpAnswer => ({ went: 0, stayed: [], trouble: troubleOf(error) }));
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(answer));
}
