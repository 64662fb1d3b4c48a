import { Inject, Injectable } from '@nestjs/common';

import { type Actor, ANONYMOUS, LOCAL } from '#access/actor.js';
import type { Actors, Asking } from '#access/actors.js';
import { LinkActors } from '#api/share-links/link-actors.js';
import type { Config } from '#config/config.js';
import { CONFIG } from '#config/tokens.js';

/** Who asks, by what a request brings: a session, a key or a link. */
@Injectable()
export class ActorsOfRequests implements Actors {
  constructor(
    @Inject(CONFIG) private readonly config: Pick<Config, 'open'>,
    private readonly links: LinkActors,
  ) {}

  async of(asking: Asking): Promise<Actor> {
    // Whoever comes with a link gets what it shows, also where everybody may everything.
    const link = await this.links.of(asking);
    if (link) return link;
    return this.config.open ? LOCAL : ANONYMOUS;
  }
}
