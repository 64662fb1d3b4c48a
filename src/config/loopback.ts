import { isIP } from 'node:net';

/** @param host a name or an address, also as it stands in a URL or on a socket; whether it is this machine, whatever a name server says */
export function isLoopback(host: string): boolean {
  const bare = host.toLowerCase().replace(/^\[|\]$|^::ffff:(?=\d+\.)/g, '');
  if (isIP(bare) === 4) return bare.startsWith('127.');
  return bare === '::1' || bare === 'localhost' || bare.endsWith('.localhost');
}

/** The same of a page's origin: to a browser each name below localhost is another site, of whoever serves it here. */
export const isOwnLoopback = (host: string): boolean => isLoopback(host) && !/\.localhost$/i.test(host);

/** Whether a header `Host` names this machine, with the port that may stand there. */
export function namesLoopback(host: string | undefined): boolean {
  if (host === undefined || !URL.canParse(`http://${host}`)) return false;
  return isLoopback(new URL(`http://${host}`).hostname);
}
