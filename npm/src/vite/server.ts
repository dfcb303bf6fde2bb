// What the plugin uses of Vite, by shape: any Vite from 6 on has it, and this package needs none
// of Vite's own types to be installed.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';

export interface Logger {
  info(message: string, options?: { timestamp?: boolean }): void;
  warn(message: string, options?: { timestamp?: boolean }): void;
}

export type Middleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

export interface ViteServer {
  config: {
    root: string;
    base: string;
    mode: string;
    envDir: string | false;
    logger: Logger;
    server: { port?: number | undefined };
  };
  middlewares: { use(path: string, middleware: Middleware): unknown };
  /** A net or an HTTP/2 server as well; null in middleware mode. */
  httpServer: Pick<Server, 'once' | 'address' | 'listening'> | null;
  resolvedUrls: { local: string[]; network: string[] } | null;
  printUrls(): void;
}
