import { Inject, Injectable } from '@nestjs/common';

import { type Actor, ANONYMOUS, LOCAL } from '#access/actor.js';
import type { Actors, Asking } from '#access/actors.js';
import { Sessions } from '#accounts/sessions.js';
import { LinkActors } from '#api/share-links/link-actors.js';
import type { Config } from '#config/config.js';
import { CONFIG } from '#config/tokens.js';
import { KeyUseCounts } from '#ingest/keys/key-use-counts.js';
import { KeyActors } from '#workspace/state/key-actors.js';
import { Workspace } from '#workspace/state/workspace.js';

/** Who asks, by what a request brings: a session, a key or a link. */
@Injectable()
export class ActorsOfRequests implements Actors {
  private readonly keys: KeyActors;

  constructor(
    @Inject(CONFIG) private readonly config: Pick<Config, 'open'>,
    private readonly links: LinkActors,
    private readonly sessions: Sessions,
    workspace: Workspace,
    private readonly uses: KeyUseCounts,
  ) {
    this.keys = new KeyActors(workspace, Date.now);
  }

  async of(asking: Asking): Promise<Actor> {
    // Whoever comes with a link gets what it shows, also where everybody may everything.
    const link = await this.links.of(asking);
    if (link) return link;
    if (this.config.open) return LOCAL;
    const holder = this.keys.of(asking.headers);
    // A key that is worth nothing is not helped by what else there is.
    if (holder === undefined) return ANONYMOUS;
    if (holder !== 'none') {
      this.uses.count(holder.keyId);
      return holder;
    }
    return (await this.sessions.personOf(asking.headers.cookie)) ?? ANONYMOUS;
  }
}
