import { Query } from '@nestjs/cqrs';

import type { Snapshot } from '#database/snapshot.js';

/** What a resolver or a controller asks over the query bus: one handler answers it, from the operation's snapshot. */
export abstract class Question<T> extends Query<T> {
  constructor(readonly snapshot: Snapshot) {
    super();
  }
}
