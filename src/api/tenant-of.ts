import type { Actor } from '#access/actor.js';
import { EVERYTHING, NOBODY, type Tenant } from '#database/tenant.js';

/** Whose rows an actor's questions read. */
export function tenantOf(actor: Actor): Tenant {
  switch (actor.kind) {
    case 'local':
      return EVERYTHING;
    case 'anonymous':
      return NOBODY;
    case 'person':
      return { organization: actor.organizationId };
    case 'key':
    case 'link':
      return { organization: actor.organizationId, site: actor.siteId };
  }
}
