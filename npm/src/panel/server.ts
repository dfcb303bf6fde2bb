// The panel on a server of its own, for everybody without Vite: on this machine only, and under this
// machine's own names, so that no page of another site can lead here.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Feed } from './feed.js';
import { panel } from './panel.js';

const host = '127.0.0.1';
/** How many ports in a row are tried. */
const ports = 20;

export interface PanelServer {
  url: string;
  close(): void;
}

/** Keeps nobody alive by itself where it is only a guest in a program. */
export async function servePanel(
  feed: Feed,
  firstPort: number,
  isGuest = false,
): Promise<PanelServer> {
  const show = panel(feed);
  const server = createServer((request, response) => {
    if (!isOwnName(request)) {
      response.writeHead(403, { 'content-type': 'text/plain' }).end('Not by this name.\n');
      return;
    }
    Object.assign(request, { originalUrl: request.url });
    show(request, response, () => response.writeHead(404).end());
  });
  const port = await listen(server, firstPort);
  if (isGuest) {
    server.unref();
  }
  return {
    url: `http://${host}:${port}/`,
    close() {
      feed.stop();
      server.close();
      server.closeAllConnections();
    },
  };
}

function isOwnName({ headers, socket }: IncomingMessage): boolean {
  return [`${host}:${socket.localPort}`, `localhost:${socket.localPort}`].includes(
    headers.host ?? '',
  );
}

async function listen(server: Server, first: number): Promise<number> {
  for (let port = first; ; port++) {
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          server.off('error', reject);
          resolve();
        });
      });
      const address = server.address();
      return address !== null && typeof address === 'object' ? address.port : port;
    } catch (error) {
      const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
      if (!isTaken || port >= first + ports) {
        throw error;
      }
    }
  }
}
