// What the plugin uses of Vite, by shape: any Vite from 5 on has it, and this package needs none
// of Vite's own types to be installed.
import type { Server } from 'node:http';
import type { Middleware } from '../panel/middleware.js';

export interface Logger {
  info(message: string, options?: { timestamp?: boolean }): void;
  warn(message: string, options?: { timestamp?: boolean }): void;
}

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
  /** Newer ones return the text with a remark, older ones the text alone. */
  ssrRewriteStacktrace?(stack: string): string | { result: string };
}
