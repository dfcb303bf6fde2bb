// Who may ask the panel for something. Vite itself has checked the Host header when a request comes
// here (server.allowedHosts), so that no other site's name can lead here. What is left to see is
// that the request comes from the panel's own page.
import type { IncomingMessage } from 'node:http';

/** To look: not from another site's page. Programs, which send neither header, may. */
export function mayLook(request: IncomingMessage): boolean {
  const site = request.headers['sec-fetch-site'];
  return (
    (site === undefined || site === 'same-origin' || site === 'none') &&
    (request.headers.origin === undefined || isOwnOrigin(request))
  );
}

/** To do something: only from the page. Browsers say so with each POST. */
export function mayAct(request: IncomingMessage): boolean {
  return request.method === 'POST' && mayLook(request) && isOwnOrigin(request);
}

function isOwnOrigin({ headers }: IncomingMessage): boolean {
  const host = headers.host ?? headers[':authority'];
  try {
    return new URL(headers.origin ?? '').host === host;
  } catch {
    return false;
  }
}
