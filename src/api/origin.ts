import type { IncomingHttpHeaders } from 'node:http';

import { isOwnLoopback, namesLoopback } from '#config/loopback.js';

/**
 * Whether a page of this origin may open a socket: browsers let any page connect anywhere and send cookies along, and
 * always say the origin. Programs send neither. Loopback names count as one, not so the ports: what else is served on this
 * machine gets the cookies, too.
 */
export function originAllowed({ origin, host, cookie }: IncomingHttpHeaders): boolean {
  if (origin === undefined) return cookie === undefined;
  if (host === undefined || !URL.canParse(origin)) return false;
  const page = new URL(origin);
  if (page.host === host) return true;
  return isOwnLoopback(page.hostname) && namesLoopback(host) && page.port === new URL(`http://${host}`).port;
}
