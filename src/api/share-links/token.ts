import { createHash, randomBytes } from 'node:crypto';

const TOKEN = /^[A-Za-z0-9_-]{32}$/;

/** 192 random bits, fit for an address. */
export const newToken = (): string => randomBytes(24).toString('base64url');

/** What is kept of a token; undefined where it cannot be one. It is random, so that a fast hash is enough. */
export function hashOf(token: string): Buffer | undefined {
  return TOKEN.test(token) ? createHash('sha256').update(token).digest() : undefined;
}
