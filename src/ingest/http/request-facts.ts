import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

// A UUID for each request was a twelfth of all that a tracking call allocates, and its event keeps it.
const PROCESS = randomBytes(6).toString('base64url');
let counted = 0;

/** The sender's, when it can stand in a log line as it is; else one of ours. */
export function requestIdOf(headers: IncomingHttpHeaders): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:-]{1,64}$/.test(given)
    ? given
    : `${PROCESS}-${(++counted).toString(36)}`;
}

/** Whom to believe about where a request comes from: so many proxies of one's own, seen from here. */
export function trustedHops(proxyHops: number): (address: string, hop: number) => boolean {
  return (_address, hop) => hop < proxyHops;
}
