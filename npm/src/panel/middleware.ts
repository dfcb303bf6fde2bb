// A handler of requests as connect, Vite and Express have it.
import type { IncomingMessage, ServerResponse } from 'node:http';

export type Middleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;
