import type { Actor } from '#access/actor.js';

import { SiteCommand } from './site-commands.js';

/** From which pages the public keys of a site may send. */
export class ChangeOrigins extends SiteCommand {
  constructor(
    actor: Actor,
    siteId: string,
    readonly origins: readonly string[],
    revision?: number,
  ) {
    super(actor, siteId, revision);
  }
}

/** It takes no more events; its figures stay. */
export class ArchiveSite extends SiteCommand {}

export class RestoreSite extends SiteCommand {}

export class DeleteSite extends SiteCommand {
  constructor(
    actor: Actor,
    siteId: string,
    readonly graceDays: number,
    revision?: number,
  ) {
    super(actor, siteId, revision);
  }
}

export class CancelSiteDeletion extends SiteCommand {}

/** Gives a site to another organization, with all its past. */
export class TransferSite extends SiteCommand {
  constructor(
    actor: Actor,
    siteId: string,
    readonly organizationId: string,
    revision?: number,
  ) {
    super(actor, siteId, revision);
  }
}
