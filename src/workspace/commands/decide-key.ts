import { hashOfKey, kindOf, type KeyKind, shownOfKey } from '#access/key.js';
import { readOrigins } from '#access/origin-list.js';
import { type Scope, SCOPES } from '#access/permissions.js';
import type { KeyCreated, KeyExpirySet, KeyRevoked } from '#events/key-event.js';
import { isEventType } from '#events/rules.js';
import { type Key, stateOf } from '#workspace/state/keys.js';
import type { Site } from '#workspace/state/workspace.js';

import type { Asked, Decision, Refusal } from './decide-site.js';

const HOUR_MS = 3_600_000;
const MOST_OVERLAP_HOURS = 30 * 24;

/** What is wanted of a new key. */
export interface GivenKey {
  readonly name: string;
  readonly kind: KeyKind;
  /** Of a secret key; of a public one `write` alone. */
  readonly scopes?: readonly string[] | undefined;
  /** Of the pages that may send with a public key; none: any. */
  readonly origins?: readonly string[] | undefined;
  /** Milliseconds since the epoch. */
  readonly expiresAt?: number | undefined;
}

/** The key itself and the ID that it goes by. */
export interface MadeKey {
  readonly id: string;
  readonly text: string;
}

/** @param owner the site that it is bound to, or the organization all of whose sites it reaches */
export function decideCreateKey(
  owner: { readonly site: Site } | { readonly organizationId: string | undefined },
  given: GivenKey,
  made: MadeKey,
  asked: Asked,
): Decision<KeyCreated> {
  const site = 'site' in owner ? owner.site : undefined;
  const organizationId = 'site' in owner ? owner.site.organizationId : owner.organizationId;
  if (!site && given.kind === 'public')
    return invalid('siteId', 'must be given: a public key is bound to one site');
  if (!site && organizationId === undefined)
    return invalid('siteId', 'must be given: without an organization a key is bound to one site');
  const name = given.name.trim();
  // A name is shown and compared by people, as an event type is.
  if (!isEventType(name)) return invalid('name', 'must be 1 to 100 printable characters');
  const scopes = scopesOf(given);
  if ('refused' in scopes) return scopes;
  const origins = readOrigins(given.origins ?? []);
  if ('fault' in origins) return invalid('origins', origins.fault);
  if (given.kind === 'secret' && origins.length > 0)
    return invalid('origins', 'must be left out: a secret key is never in a browser');
  const { expiresAt } = given;
  if (expiresAt !== undefined && expiresAt <= asked.at) return invalid('expiresAt', 'must be in the future');
  return {
    event: {
      type: 'KeyCreated',
      keyId: made.id,
      ...ownerOf(site?.id, organizationId),
      kind: given.kind,
      name,
      ...storedOf(made.text, given.kind),
      scopes,
      origins,
      ...(expiresAt !== undefined && { expiresAt }),
      ...asked,
    },
  };
}

/** Another key with the same bounds; it lasts as long as the old one was made to, from now on. */
export function decideSuccessor(
  key: Key,
  site: Site | undefined,
  made: MadeKey,
  asked: Asked,
): Decision<KeyCreated> {
  const state = stateOf(key, asked.at);
  if (state !== 'active')
    return invalid('id', `must be that of a key that works: it is ${state}; create another one`);
  const { kind, name, scopes, origins, lifetime } = key;
  const expires = lifetime === undefined ? {} : { expiresAt: asked.at + lifetime };
  return {
    event: {
      type: 'KeyCreated',
      keyId: made.id,
      ...ownerOf(key.siteId, site ? site.organizationId : key.organizationId),
      kind,
      name,
      ...storedOf(made.text, kind),
      scopes,
      origins,
      ...expires,
      replaces: key.id,
      ...asked,
    },
  };
}

/** @param overlapHours for which the old key works beside the new one; it never works longer than it would have */
export function decideRetire(key: Key, overlapHours: number, asked: Asked): Decision<KeyExpirySet> {
  if (!(overlapHours >= 0 && overlapHours <= MOST_OVERLAP_HOURS))
    return invalid('overlapHours', `must be from 0 to ${MOST_OVERLAP_HOURS}`);
  const expiresAt = asked.at + Math.round(overlapHours * HOUR_MS);
  if (key.revokedAt !== undefined) return 'unchanged';
  if (key.expiresAt !== undefined && key.expiresAt <= expiresAt) return 'unchanged';
  return {
    event: {
      type: 'KeyExpirySet',
      keyId: key.id,
      ...ownerOf(key.siteId, key.organizationId),
      expiresAt,
      ...asked,
    },
  };
}

export function decideRevoke(key: Key, asked: Asked): Decision<KeyRevoked> {
  if (key.revokedAt !== undefined) return 'unchanged';
  return {
    event: { type: 'KeyRevoked', keyId: key.id, ...ownerOf(key.siteId, key.organizationId), ...asked },
  };
}

export const unknownKey = (): Refusal => ({ refused: 'unknown_key', message: 'id: there is no such key' });

export const tooManyKeys = (most: number): Refusal => ({
  refused: 'too_many',
  message: `there may be ${most.toLocaleString('en')} keys that work: revoke those that nobody uses`,
});

function scopesOf({ kind, scopes }: GivenKey): readonly Scope[] | Refusal {
  if (kind === 'public') {
    const only = scopes === undefined || scopes.length === 0 || scopes.every((scope) => scope === 'write');
    return only
      ? ['write']
      : invalid('scopes', 'must be left out or "write": a public key sends events and nothing else');
  }
  const wanted = scopes ?? ['write'];
  const odd = wanted.find((scope) => !(SCOPES as readonly string[]).includes(scope));
  if (odd !== undefined || wanted.length === 0)
    return invalid('scopes', `must be one or more of ${SCOPES.join(', ')}`);
  return SCOPES.filter((scope) => wanted.includes(scope));
}

/** What the log keeps of a key. */
function storedOf(text: string, kind: KeyKind): Pick<KeyCreated, 'hash' | 'prefix' | 'lastFour'> {
  if (kindOf(text) !== kind) throw new TypeError(`not a ${kind} key`);
  return { hash: hashOfKey(text), ...shownOfKey(text) };
}

const ownerOf = (
  siteId: string | undefined,
  organizationId: string | undefined,
): Pick<KeyCreated, 'siteId' | 'organizationId'> => ({
  ...(siteId !== undefined && { siteId }),
  ...(organizationId !== undefined && { organizationId }),
});

function invalid(field: string, words: string): Refusal {
  const message = words.startsWith('[') ? `${field}${words}` : `${field} ${words}`;
  return { refused: 'invalid', message, faults: [{ field, message }] };
}
