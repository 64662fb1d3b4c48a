import { createHmac } from 'node:crypto';

export interface Sender {
  readonly siteId: string;
  /** IPv4 or IPv6, as text. */
  readonly address: string;
  readonly userAgent: string;
}

/**
 * Who a visitor without an ID is while the salt lasts: a UUID (version 8) that tells nothing of its parts and differs
 * from site to site. Without the salt it cannot be made again, so no replay can.
 */
export function anonymousVisitorId(salt: Uint8Array, { siteId, address, userAgent }: Sender): string {
  // A server that listens on IPv6 too sees IPv4 so.
  const from = address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '');
  const hex = createHmac('sha256', salt).update(`${siteId}\n${from}\n${userAgent}`).digest('hex');
  const variant = ((parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
