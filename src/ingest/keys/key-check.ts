import type { IncomingHttpHeaders } from 'node:http';

import { Inject, Injectable } from '@nestjs/common';

import { bearerIn } from '#access/bearer.js';
import { hashOfKey, KEY_LENGTH, kindOf, kindSaid } from '#access/key.js';
import type { Config } from '#config/config.js';
import { CONFIG, LOGGER } from '#config/tokens.js';
import type { Logger } from '#telemetry/logger.js';
import { isOfBrowser } from '#workspace/state/key-actors.js';
import { type Key, stateOf } from '#workspace/state/keys.js';
import { isDeleted, type Site, Workspace } from '#workspace/state/workspace.js';

import { RefusedRequest } from '../http/error-body.js';
import { Admitted, isOf } from './admitted.js';
import { isFromAllowedPage, ORIGIN_NOT_ALLOWED } from './allowed-page.js';
import { type Claims, claimedIn, invalidKey } from './claims.js';
import { KeyUseCounts } from './key-use-counts.js';

/** Headers whose key is known without being read again; a header of one key may be written in several ways. */
const MOST_KNOWN = 10_000;
/** `Bearer`, a blank and the key. */
const HEADER_LENGTH = 7 + KEY_LENGTH;
/** A server that sends a secret key from the wrong place does so with each event. */
const WARN_EVERY_MS = 60_000;

/** What is read of a request; Fastify's has it. */
export interface KeyedRequest {
  readonly headers: IncomingHttpHeaders;
  readonly query: unknown;
}

/**
 * Who may send events: whoever has a key, by what the workspace's stream adds up to, so that no database is asked. In open mode
 * (TIDEMARK_OPEN) nobody needs one.
 */
@Injectable()
export class KeyCheck {
  private readonly open: boolean;
  private readonly byHeader = new Map<string, Key>();
  /** Of the keys, for which `byHeader` is. */
  private version = -1;
  private warnedAt = -Infinity;

  constructor(
    @Inject(CONFIG) config: Pick<Config, 'open'>,
    private readonly workspace: Workspace,
    private readonly uses: KeyUseCounts,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.open = config.open;
  }

  /**
   * @returns undefined where nobody needs a key
   * @throws RefusedRequest that says why the key does not do
   */
  admit({ headers, query }: KeyedRequest, claims: Claims = {}): Admitted | undefined {
    if (this.open) return undefined;
    const claimed = claimedIn(headers, (query as { key?: unknown } | undefined)?.key, claims);
    const { text, kind, inUrl, named } = claimed;
    if (kindOf(text) === undefined) throw invalidKey();
    if (!this.workspace.isKnown)
      throw new RefusedRequest(
        503,
        'keys_unknown',
        'the keys cannot be read now: send it again after Retry-After',
      );
    const key = this.workspace.keys.ofHash(hashOfKey(text));
    if (kind === 'secret' && (inUrl || isOfBrowser(headers))) throw this.wrongType(key);
    if (!key) throw invalidKey();
    const now = Date.now();
    const site = key.siteId === undefined ? undefined : this.workspace.site(key.siteId);
    requireActive(key, now);
    if (!key.scopes.includes('write'))
      throw new RefusedRequest(403, 'insufficient_scope', 'the key must have the scope "write"', key.siteId);
    if (key.siteId !== undefined) requireOpen(key.siteId, site, now);
    if (!isFromAllowedPage(key, site, headers))
      throw new RefusedRequest(403, 'origin_not_allowed', ORIGIN_NOT_ALLOWED, key.siteId);
    this.uses.count(key.id);
    return new Admitted(key, site, named, this.workspace);
  }

  /**
   * The same for a call as servers send it, whose key is in `Authorization: Bearer` alone; gives the event its site.
   *
   * @returns false for what is to be looked at in the general way, which has the words for a refusal
   */
  admitsPlain(headers: IncomingHttpHeaders, event: { siteId?: unknown }): boolean {
    if (this.open) return true;
    const { authorization } = headers;
    if (authorization === undefined || headers['x-write-key'] !== undefined) return false;
    const key = this.keyIn(authorization);
    if (key === undefined || !this.workspace.isKnown || !key.scopes.includes('write')) return false;
    const named = event.siteId;
    if (kindSaid(named) !== undefined) return false;
    const siteId = key.siteId ?? named;
    const site = typeof siteId === 'string' ? this.workspace.site(siteId) : undefined;
    if (site === undefined || (key.siteId === undefined && !isOf(key, site))) return false;
    if (key.kind === 'secret' ? isOfBrowser(headers) : key.origins.length + site.origins.length > 0)
      return false;
    const now = Date.now();
    if (stateOf(key, now) !== 'active' || site.archivedAt !== undefined || isDeleted(site, now)) return false;
    event.siteId = site.id;
    this.uses.count(key.id);
    return true;
  }

  /** Only keys that are there are remembered, and none longer than nothing changes. */
  private keyIn(authorization: string): Key | undefined {
    const { keys } = this.workspace;
    if (this.version !== keys.version || this.byHeader.size > MOST_KNOWN) {
      this.byHeader.clear();
      this.version = keys.version;
    }
    const known = this.byHeader.get(authorization);
    if (known !== undefined) return known;
    const text = bearerIn(authorization);
    const key = text === undefined || kindOf(text) === undefined ? undefined : keys.ofHash(hashOfKey(text));
    // A copy: the header is a slice of the whole head, which it would keep. As clients write it, there are few for each key.
    if (key !== undefined && authorization.length === HEADER_LENGTH)
      this.byHeader.set(Buffer.from(authorization).toString(), key);
    return key;
  }

  /** For whoever looks after the installation: such a key is to be rotated. The key itself is written nowhere. */
  private wrongType(key: Key | undefined): RefusedRequest {
    if (key && performance.now() - this.warnedAt > WARN_EVERY_MS) {
      this.warnedAt = performance.now();
      this.logger.warn(
        { keyId: key.id, prefix: key.prefix, site: key.siteId },
        'a secret key was sent by a browser or in an address: rotate it',
      );
    }
    return new RefusedRequest(
      403,
      'wrong_key_type',
      'a secret key must never be in a browser or in an address: use a public one there, pk_…, and rotate this one',
      key?.siteId,
    );
  }
}

function requireActive(key: Key, now: number): void {
  const state = stateOf(key, now);
  if (state === 'revoked')
    throw new RefusedRequest(401, 'revoked_key', 'the key was revoked: use another one', key.siteId);
  if (state === 'expired')
    throw new RefusedRequest(401, 'expired_key', 'the key has expired: use another one', key.siteId);
}

function requireOpen(siteId: string, site: Site | undefined, now: number): void {
  if (!site || isDeleted(site, now))
    throw new RefusedRequest(404, 'unknown_site', 'the site of the key is not there any more', siteId);
  if (site.archivedAt !== undefined)
    throw new RefusedRequest(403, 'site_archived', 'the site was archived: it takes no events', siteId);
}
