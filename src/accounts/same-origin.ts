import type { IncomingHttpHeaders } from 'node:http';

import { isOwnLoopback } from '#config/loopback.js';

/**
 * Whether a request that changes something comes from a page of this dashboard. Browsers name the page's origin with every
 * such request; programs, which bring no cookie that is not theirs, name none.
 *
 * @param publicUrl where people reach the dashboard
 */
export function sameOrigin(headers: IncomingHttpHeaders, publicUrl: string): boolean {
  const { origin, host } = headers;
  const site = headers['sec-fetch-site'];
  if (origin === undefined) return site === undefined || site === 'same-origin' || site === 'none';
  if (!URL.canParse(origin)) return false;
  const [page, ours] = [new URL(origin), new URL(publicUrl)];
  if (page.origin === ours.origin) return true;
  // On one machine 127.0.0.1 and localhost are the same, whichever the settings name; a development server may stand in front.
  const here = isOwnLoopback(page.hostname) && isOwnLoopback(ours.hostname);
  return here && (page.port === ours.port || page.host === host);
}
