import type { KeyHolder } from '#access/actor.js';
import { bearerIn } from '#access/bearer.js';
import { nobodyCanTell } from '#access/denied.js';
import { hashOfKey, kindOf, kindSaid } from '#access/key.js';

import { stateOf } from './keys.js';
import { isDeleted, type Workspace } from './workspace.js';

/** What is read of a request; those of Node's HTTP fit. */
export interface KeyHeaders {
  readonly authorization?: string | undefined;
  readonly origin?: string | undefined;
  readonly 'sec-fetch-site'?: string | string[] | undefined;
}

/** Who asks with a key: `Authorization: Bearer pk_…` or `sk_…`. */
export class KeyActors {
  /** @param now milliseconds since the epoch */
  constructor(
    private readonly workspace: Workspace,
    private readonly now: () => number,
  ) {}

  /**
   * @returns `none` where the request brings no key, undefined for one that is worth nothing: unknown, expired, revoked, or a
   *   secret one in a browser
   * @throws GraphQLError (UNAVAILABLE) while the keys are not known
   */
  of(headers: KeyHeaders): KeyHolder | 'none' | undefined {
    const text = bearerIn(headers.authorization);
    if (text === undefined || kindSaid(text) === undefined) return 'none';
    const kind = kindOf(text);
    if (kind === undefined) return undefined;
    if (!this.workspace.isKnown) throw nobodyCanTell('the keys cannot be read');
    if (kind === 'secret' && isOfBrowser(headers)) return undefined;
    const key = this.workspace.keys.ofHash(hashOfKey(text));
    if (!key) return undefined;
    const at = this.now();
    const site = key.siteId === undefined ? undefined : this.workspace.site(key.siteId);
    if (key.siteId !== undefined && (!site || isDeleted(site, at))) return undefined;
    if (stateOf(key, at) !== 'active') return undefined;
    // A site of nobody is reached by its key as a sender alone.
    const organizationId = (site ? site.organizationId : key.organizationId) ?? '';
    return { kind: 'key', keyId: key.id, organizationId, siteId: key.siteId, scopes: key.scopes };
  }
}

/** Browsers alone send one of these; `sec-fetch-mode` is sent by Node's fetch too. */
export const isOfBrowser = (headers: KeyHeaders): boolean =>
  headers.origin !== undefined || headers['sec-fetch-site'] !== undefined;
