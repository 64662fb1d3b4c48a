import { kindSaid } from '#access/key.js';
import type { Key } from '#workspace/state/keys.js';
import { isDeleted, type Site, type Workspace } from '#workspace/state/workspace.js';

import { RefusedRequest } from '../http/error-body.js';
import { RefusedItem } from '../refused-item.js';

const UNKNOWN = 'siteId must be the ID of a site that the key reaches';

/** A request whose key may send. */
export class Admitted {
  /**
   * @param site that the key is bound to
   * @param named what the request calls its site, in a wire format that has one place for site and key
   */
  constructor(
    private readonly key: Key,
    private readonly site: Site | undefined,
    private readonly named: readonly string[],
    private readonly workspace: Workspace,
  ) {}

  /**
   * The site of all events of the request: the key's, whatever the request says.
   *
   * @throws RefusedRequest where the key reaches several, and the request does not name one of them
   */
  get siteId(): string {
    if (this.site) return this.site.id;
    const [name, other] = new Set(this.named);
    if (name === undefined || other !== undefined || !this.reaches(name))
      throw new RefusedRequest(404, 'unknown_site', UNKNOWN);
    return name;
  }

  /** An event in our own format, parsed for this request, with the site that it is for. */
  itemOf(item: unknown): unknown {
    if (typeof item !== 'object' || item === null || item instanceof RefusedItem) return item;
    const event = item as { siteId?: unknown };
    if (this.site) {
      event.siteId = this.site.id;
      return event;
    }
    // In the place of the site may stand the key.
    const name = kindSaid(event.siteId) === undefined ? event.siteId : undefined;
    return typeof name === 'string' && this.reaches(name) ? event : new RefusedItem('unknown_site', UNKNOWN);
  }

  private reaches(siteId: string): boolean {
    const site = this.workspace.site(siteId);
    return site !== undefined && isOf(this.key, site) && !isDeleted(site, Date.now());
  }
}

/** Whether a key of an organization reaches a site. */
export const isOf = ({ organizationId }: Key, site: Site): boolean =>
  organizationId !== undefined && site.organizationId === organizationId;
