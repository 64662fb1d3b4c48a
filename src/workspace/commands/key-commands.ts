import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';

import type { Actor } from '#access/actor.js';

import type { GivenKey } from './decide-key.js';
import { type KeyOutcome, KeySettings } from './key-settings.js';

/** Without a site: a key that reaches all of the actor's organization. */
export class CreateKey extends Command<KeyOutcome> {
  constructor(
    readonly actor: Actor,
    readonly siteId: string | undefined,
    readonly given: GivenKey,
  ) {
    super();
  }
}

/** Another key with the same bounds; the old one works for `overlapHours` beside it. */
export class RotateKey extends Command<KeyOutcome> {
  constructor(
    readonly actor: Actor,
    readonly keyId: string,
    readonly overlapHours: number,
  ) {
    super();
  }
}

export class RevokeKey extends Command<KeyOutcome> {
  constructor(
    readonly actor: Actor,
    readonly keyId: string,
  ) {
    super();
  }
}

@CommandHandler(CreateKey)
export class CreateKeyHandler implements ICommandHandler<CreateKey> {
  constructor(private readonly keys: KeySettings) {}

  execute({ actor, siteId, given }: CreateKey): Promise<KeyOutcome> {
    return this.keys.create(actor, siteId, given);
  }
}

@CommandHandler(RotateKey)
export class RotateKeyHandler implements ICommandHandler<RotateKey> {
  constructor(private readonly keys: KeySettings) {}

  execute({ actor, keyId, overlapHours }: RotateKey): Promise<KeyOutcome> {
    return this.keys.rotate(actor, keyId, overlapHours);
  }
}

@CommandHandler(RevokeKey)
export class RevokeKeyHandler implements ICommandHandler<RevokeKey> {
  constructor(private readonly keys: KeySettings) {}

  execute({ actor, keyId }: RevokeKey): Promise<KeyOutcome> {
    return this.keys.revoke(actor, keyId);
  }
}
