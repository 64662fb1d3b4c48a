import type { IncomingHttpHeaders } from 'node:http';

import type { Actor } from './actor.js';

/** What is read of a request, or of the upgrade of a socket. */
export interface Asking {
  readonly headers: IncomingHttpHeaders;
  /** Path and query. */
  readonly url?: string | undefined;
  /** What a socket said of itself when it began: it cannot send headers. */
  readonly connection?: Readonly<Record<string, unknown>> | undefined;
}

/** Says who asks. Asked for every operation, and again for every push: what was taken away must be gone at once. */
export abstract class Actors {
  /** Anonymous where nothing says who it is, or what says so is worth nothing any more. Rejects while nobody can tell. */
  abstract of(asking: Asking): Promise<Actor>;
}

/** What the context of every resolver has, and every request that a wall let by, in whichever room. */
export interface HasActor {
  readonly actor: Actor;
}
