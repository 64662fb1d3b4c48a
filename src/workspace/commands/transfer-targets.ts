import type { Actor } from '#access/actor.js';

/** Where a site may be given to. `app.module.ts` supplies it, so that this room knows no accounts. */
export abstract class TransferTargets {
  /** Whether there is such an organization, and who asks may create sites there. Rejects while nobody can tell. */
  abstract accepts(actor: Actor, organizationId: string): Promise<boolean>;
}
