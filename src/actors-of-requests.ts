import { Injectable } from '@nestjs/common';

import { type Actor, LOCAL } from '#access/actor.js';
import type { Actors } from '#access/actors.js';

/** Who asks, by what a request brings: a session, a key or a link. */
@Injectable()
export class ActorsOfRequests implements Actors {
  of(): Promise<Actor> {
    return Promise.resolve(LOCAL);
  }
}
