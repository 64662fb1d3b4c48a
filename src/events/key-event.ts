/** Subject `workspace.key.<keyId>`. The log never holds a key itself. Times are milliseconds since the epoch. */
export type KeyEvent = KeyCreated | KeyExpirySet | KeyRevoked;

interface OfKey {
  readonly keyId: string;
  /** Of the site that the key is bound to; without one it reaches every site of its organization. */
  readonly siteId?: string;
  /** Whose it is; without one nobody's, as where there are no accounts. */
  readonly organizationId?: string;
  readonly at: number;
  /** Who asked for it. */
  readonly actor: string;
}

export interface KeyCreated extends OfKey {
  readonly type: 'KeyCreated';
  readonly kind: 'public' | 'secret';
  /** As people know it. */
  readonly name: string;
  /** SHA-256 of the key, hexadecimal. */
  readonly hash: string;
  /** The key's first characters, to know it again by. */
  readonly prefix: string;
  readonly lastFour: string;
  readonly scopes: readonly string[];
  /** Of the pages that may send with it; empty: any. */
  readonly origins: readonly string[];
  readonly expiresAt?: number;
  /** ID of the key that it takes the place of. */
  readonly replaces?: string;
}

/** The key ends then, and not when it would have. */
export interface KeyExpirySet extends OfKey {
  readonly type: 'KeyExpirySet';
  readonly expiresAt: number;
}

export interface KeyRevoked extends OfKey {
  readonly type: 'KeyRevoked';
}

/** @param at when it was, already checked */
export function keyEvent(e: Partial<Record<string, unknown>>, at: number): KeyEvent | undefined {
  const { type, keyId, siteId, organizationId, actor } = e;
  if (typeof keyId !== 'string' || typeof actor !== 'string') return undefined;
  if (!isTextOrNone(siteId) || !isTextOrNone(organizationId)) return undefined;
  const of: OfKey = {
    keyId,
    ...(siteId !== undefined && { siteId }),
    ...(organizationId !== undefined && { organizationId }),
    at,
    actor,
  };
  if (type === 'KeyRevoked') return { type, ...of };
  if (type === 'KeyExpirySet')
    return isTime(e.expiresAt) ? { type, ...of, expiresAt: e.expiresAt } : undefined;
  return type === 'KeyCreated' ? created(e, of) : undefined;
}

function created(e: Partial<Record<string, unknown>>, of: OfKey): KeyCreated | undefined {
  const { kind, name, hash, prefix, lastFour, scopes, origins, expiresAt, replaces } = e;
  if (kind !== 'public' && kind !== 'secret') return undefined;
  if (typeof name !== 'string' || typeof prefix !== 'string' || typeof lastFour !== 'string')
    return undefined;
  if (typeof hash !== 'string' || !/^[0-9a-f]{64}$/.test(hash)) return undefined;
  // A key whose bounds are not understood would be one without bounds.
  if (!areTexts(scopes) || !areTexts(origins) || !isTextOrNone(replaces)) return undefined;
  if (expiresAt !== undefined && !isTime(expiresAt)) return undefined;
  return {
    type: 'KeyCreated',
    ...of,
    kind,
    name,
    hash,
    prefix,
    lastFour,
    scopes,
    origins,
    ...(expiresAt !== undefined && { expiresAt }),
    ...(replaces !== undefined && { replaces }),
  };
}

const isTextOrNone = (value: unknown): value is string | undefined =>
  value === undefined || typeof value === 'string';

const areTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');

const isTime = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
