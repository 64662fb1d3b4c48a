import { Inject } from '@nestjs/common';
import { Context, Field, ObjectType, Query, Resolver } from '@nestjs/graphql';

import { Needs } from '#access/needs.js';
import type { Config } from '#config/config.js';
import { CONFIG } from '#config/tokens.js';

import { FirstOwner } from '../first-owner.js';
import type { Asked } from './asked.js';

@ObjectType({ description: 'How people come in here.' })
export class SetUp {
  @Field({ description: 'Nobody signs in; the rest is then without effect.' })
  open: boolean;

  @Field({ description: 'Nobody is there yet, and whoever asks may register as the first owner.' })
  firstOwner: boolean;

  @Field({ description: 'Links are sent by mail; else somebody has to hand them on.' })
  mail: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'Name of the provider that people may sign on with; null: there is none.',
  })
  signOn: string | null;

  @Field({ description: 'Everybody may register; else only whom a member has invited.' })
  signUp: boolean;
}

@Resolver()
export class SetUpResolver {
  constructor(
    @Inject(CONFIG) private readonly config: Pick<Config, 'open' | 'accounts'>,
    private readonly firstOwner: FirstOwner,
  ) {}

  @Needs('public')
  @Query(() => SetUp)
  async setUp(@Context() { req }: Asked): Promise<SetUp> {
    const { open, accounts } = this.config;
    return {
      open,
      firstOwner: !open && req !== undefined && (await this.firstOwner.awaited(req)),
      mail: accounts.mail !== undefined,
      signOn: accounts.oidc?.name ?? null,
      signUp: accounts.signUp === 'open',
    };
  }
}
