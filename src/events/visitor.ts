import { canonicalUuid, uuid5 } from './event-id.js';
import type { StoredEvent } from './stored-event.js';

// Two namespaces, so that the user "42" and the visitor "42" are two people.
const userNamespace = Buffer.from('0f5b7d0e2c4b4f6a8d1e9b3a7c5d2e10', 'hex');
const visitorNamespace = Buffer.from('7a9c1e3d5b2f4c8e9d6a0b4f8e2c6d31', 'hex');

/** Several read models ask about the same visitor, and visits have several events. */
const visitors = new Map<string, string>();
const REMEMBERED = 20_000;

/** Who is counted: the user where one is signed in, else the visitor. A lower-case UUID; the same in every process. */
export function visitorOf({ userId, visitorId }: Pick<StoredEvent, 'userId' | 'visitorId'>): string {
  if (userId !== undefined) return uuid5(userNamespace, userId);
  const known = visitors.get(visitorId);
  if (known !== undefined) return known;
  const visitor = canonicalUuid(visitorId) ?? uuid5(visitorNamespace, visitorId);
  if (visitors.size >= REMEMBERED) visitors.clear();
  visitors.set(visitorId, visitor);
  return visitor;
}
