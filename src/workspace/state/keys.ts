import type { KeyKind } from '#access/key.js';
import { SCOPES, type Scope } from '#access/permissions.js';
import type { KeyCreated, KeyEvent } from '#events/key-event.js';

/** A key as the stream tells it. Times are milliseconds since the epoch. */
export interface Key {
  readonly id: string;
  /** Whose it was made for; undefined: nobody's, as where there are no accounts. */
  readonly organizationId: string | undefined;
  /** Undefined: it reaches every site of its organization. */
  readonly siteId: string | undefined;
  readonly kind: KeyKind;
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Of the pages that may send with it; empty: any. */
  readonly origins: readonly string[];
  readonly prefix: string;
  readonly lastFour: string;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly expiresAt: number | undefined;
  /** For how long it was made; undefined: for ever. Another end that it gets later is no part of this. */
  readonly lifetime: number | undefined;
  readonly revokedAt: number | undefined;
  /** ID of the key that it takes the place of. */
  readonly replaces: string | undefined;
  /** Sequence of its last event in the stream. */
  readonly revision: number;
}

interface Owner {
  readonly organizationId: string | undefined;
}

export type KeyState = 'active' | 'expired' | 'revoked';

/** All keys, folded from the stream: known by their hashes, so that the way of an event asks no database. */
export class Keys {
  readonly #byId = new Map<string, Key>();
  readonly #idByHash = new Map<string, string>();
  #version = 0;

  /**
   * @param sequence of the event in the stream
   * @param site that the key is bound to
   */
  apply(event: KeyEvent, sequence: number, site?: Owner): void {
    const key = this.#byId.get(event.keyId);
    const after =
      event.type === 'KeyCreated' ? (key ?? created(event, sequence, site)) : key && changed(key, event);
    if (!after) return;
    if (event.type === 'KeyCreated' && !key) this.#idByHash.set(event.hash, event.keyId);
    this.#byId.set(event.keyId, { ...after, revision: sequence });
    this.#version += 1;
  }

  /** The secret keys of a site end: who had the site knows them. The public ones are on its pages, and go with it. */
  endSecretsOf(siteId: string, at: number): void {
    for (const key of this.#byId.values()) {
      if (key.siteId !== siteId || key.kind !== 'secret') continue;
      // Its revision stays: that is of the key's own events alone.
      this.#byId.set(key.id, { ...key, revokedAt: key.revokedAt ?? at });
    }
    this.#version += 1;
  }

  /** @param hash SHA-256, hexadecimal */
  ofHash(hash: string): Key | undefined {
    const id = this.#idByHash.get(hash);
    return id === undefined ? undefined : this.#byId.get(id);
  }

  key(id: string): Key | undefined {
    return this.#byId.get(id);
  }

  /** In order of creation. */
  all(): readonly Key[] {
    return [...this.#byId.values()];
  }

  /** Another number after every change of a key. */
  get version(): number {
    return this.#version;
  }
}

/** What a key is worth at a time. */
export function stateOf(key: Key, at: number): KeyState {
  if (key.revokedAt !== undefined) return 'revoked';
  return key.expiresAt !== undefined && key.expiresAt <= at ? 'expired' : 'active';
}

function created(event: KeyCreated, revision: number, site: Owner | undefined): Key {
  const { keyId, organizationId, siteId, kind, name, origins, prefix, lastFour, at, actor } = event;
  // Asked for while the site was theirs, and stored behind its going to others.
  const late =
    kind === 'secret' &&
    organizationId !== undefined &&
    site !== undefined &&
    site.organizationId !== organizationId;
  return {
    id: keyId,
    organizationId,
    siteId,
    kind,
    name,
    // What only newer code knows gives nothing here.
    scopes: SCOPES.filter((scope) => event.scopes.includes(scope)),
    origins,
    prefix,
    lastFour,
    createdAt: at,
    createdBy: actor,
    expiresAt: event.expiresAt,
    lifetime: event.expiresAt === undefined ? undefined : event.expiresAt - at,
    revokedAt: late ? at : undefined,
    replaces: event.replaces,
    revision,
  };
}

function changed(key: Key, event: Exclude<KeyEvent, KeyCreated>): Key {
  if (event.type === 'KeyRevoked') return { ...key, revokedAt: key.revokedAt ?? event.at };
  return { ...key, expiresAt: event.expiresAt };
}
