import type { IncomingHttpHeaders } from 'node:http';

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * Whether a page of this origin may open a socket: browsers let any page connect anywhere and send cookies along, and
 * always say the origin. Programs send neither. Two loopback names count as one, for a development server in front.
 */
export function originAllowed({ origin, host, cookie }: IncomingHttpHeaders): boolean {
  if (origin === undefined) return cookie === undefined;
  if (host === undefined || !URL.canParse(origin) || !URL.canParse(`http://${host}`)) return false;
  const page = new URL(origin);
  return page.host === host || (isLoopback(page.hostname) && isLoopback(new URL(`http://${host}`).hostname));
}

const isLoopback = (name: string): boolean => LOOPBACK.test(name);
