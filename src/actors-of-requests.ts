import { Inject, Injectable } from '@nestjs/common';

import { type Actor, ANONYMOUS, LOCAL } from '#access/actor.js';
import type { Actors, Asking } from '#access/actors.js';
import { Sessions } from '#accounts/sessions.js';
import type { Config } from '#config/config.js';
import { CONFIG } from '#config/tokens.js';

/** Who asks, by what a request brings: a session, a key or a link. */
@Injectable()
export class ActorsOfRequests implements Actors {
  constructor(
    @Inject(CONFIG) private readonly config: Pick<Config, 'open'>,
    private readonly sessions: Sessions,
  ) {}

  async of({ headers }: Asking): Promise<Actor> {
    if (this.config.open) return LOCAL;
    return (await this.sessions.personOf(headers.cookie)) ?? ANONYMOUS;
  }
}
