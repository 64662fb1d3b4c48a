import { CommandBus } from '@nestjs/cqrs';
import { Args, Context, Float, ID, Mutation, Query, Resolver } from '@nestjs/graphql';

import type { HasActor } from '#access/actors.js';
import { Needs } from '#access/needs.js';
import { DateTimeScalar } from '#scalars/date-time.js';
import type { Key } from '#workspace/state/keys.js';

import { unknownSite } from './decide-site.js';
import { CreateKey, RevokeKey, RotateKey } from './key-commands.js';
import { type KeyOutcome, KeySettings } from './key-settings.js';
import { KeyUses } from './key-uses.js';
import { KeyChanged, KeyKindType, KeyMade, KeyType, keyTypeOf } from './key.types.js';
import { refusal } from './setting-changed.js';

/** Keys: what programs send events and ask with. */
@Resolver()
export class KeysResolver {
  constructor(
    private readonly commands: CommandBus,
    private readonly settings: KeySettings,
    private readonly uses: KeyUses,
  ) {}

  @Needs('keys.manage')
  @Query(() => [KeyType], {
    description: 'Keys that reach a site; without `siteId` all of the organization. The oldest first.',
  })
  async keys(
    @Context() { actor }: HasActor,
    @Args('siteId', { type: () => ID, nullable: true }) siteId?: string | null,
  ): Promise<KeyType[]> {
    const keys = this.settings.list(actor, siteId ?? undefined);
    if (!keys) throw refusal(unknownSite());
    const uses = await this.uses.lastUses(keys.map(({ id }) => id));
    return keys.map((key) => keyTypeOf(key, uses.get(key.id)));
  }

  @Needs('keys.manage')
  @Mutation(() => KeyMade, {
    description:
      'A new key, shown this once. A public one is bound to `siteId`; a secret one without `siteId` reaches every site of the ' +
      'organization. `scopes` of a secret key: write, read, admin; write where left out. `origins` of a public one: from which pages.',
  })
  async createKey(
    @Context() { actor }: HasActor,
    @Args('name') name: string,
    @Args('kind', { type: () => KeyKindType }) kind: Key['kind'],
    @Args('siteId', { type: () => ID, nullable: true }) siteId?: string | null,
    @Args('scopes', { type: () => [String], nullable: true }) scopes?: string[] | null,
    @Args('origins', { type: () => [String], nullable: true }) origins?: string[] | null,
    @Args('expiresAt', { type: () => DateTimeScalar, nullable: true }) expiresAt?: Date | null,
  ): Promise<KeyMade> {
    const given = {
      name,
      kind,
      scopes: scopes ?? undefined,
      origins: origins ?? undefined,
      expiresAt: expiresAt?.getTime(),
    };
    return this.made(await this.commands.execute(new CreateKey(actor, siteId ?? undefined, given)));
  }

  @Needs('keys.manage')
  @Mutation(() => KeyMade, {
    description:
      'A new key with the bounds of an old one, which works for `overlapHours` (0 to 720) beside it: no event is lost meanwhile.',
  })
  async rotateKey(
    @Context() { actor }: HasActor,
    @Args('id', { type: () => ID }) id: string,
    @Args('overlapHours', { type: () => Float, defaultValue: 24 }) overlapHours: number,
  ): Promise<KeyMade> {
    return this.made(await this.commands.execute(new RotateKey(actor, id, overlapHours)));
  }

  @Needs('keys.manage')
  @Mutation(() => KeyChanged, { description: 'The key is worth nothing from now on, in every process.' })
  async revokeKey(
    @Context() { actor }: HasActor,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<KeyChanged> {
    return this.changed(await this.commands.execute(new RevokeKey(actor, id)));
  }

  private async made(outcome: KeyOutcome): Promise<KeyMade> {
    if (!('key' in outcome)) throw refusal(outcome);
    const { secret = '' } = outcome;
    return { ...(await this.changed(outcome)), secret };
  }

  private async changed(outcome: KeyOutcome): Promise<KeyChanged> {
    if (!('key' in outcome)) throw refusal(outcome);
    const { key } = outcome;
    const uses = await this.uses.lastUses([key.id]);
    return { key: keyTypeOf(key, uses.get(key.id)), receipt: `workspace:${outcome.revision}` };
  }
}
