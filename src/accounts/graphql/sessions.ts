import { Inject } from '@nestjs/common';
import { Args, Context, Field, ID, Int, Mutation, ObjectType, Query, Resolver } from '@nestjs/graphql';
import type { Pool } from 'pg';

import { Needs } from '#access/needs.js';
import { PG_POOL } from '#database/pool.js';
import { browserOf } from '#events/audience/browser.js';
import { DateTimeScalar } from '#scalars/date-time.js';

import { type Asked, personOf } from './asked.js';
import { fault } from './fault.js';

@ObjectType({ description: 'A browser in which somebody is signed in.' })
export class Session {
  @Field(() => ID)
  id: string;

  @Field({ description: 'It is the one that asks.' })
  current: boolean;

  @Field(() => DateTimeScalar)
  createdAt: Date;

  @Field(() => DateTimeScalar, { description: 'To within five minutes.' })
  lastUsedAt: Date;

  @Field(() => DateTimeScalar, { description: 'When it ends unless it is used.' })
  expiresAt: Date;

  @Field({ description: 'Such as `Firefox`; empty where it does not tell.' })
  browser: string;

  @Field({ description: 'The system that it runs on, such as `Android`; empty where it does not tell.' })
  os: string;
}

@Resolver()
export class SessionsResolver {
  constructor(@Inject(PG_POOL) private readonly pool: Pool) {}

  @Needs('signed-in')
  @Query(() => [Session], { description: 'Where the person who asks is signed in, the last used first.' })
  async sessions(@Context() { actor }: Asked): Promise<Session[]> {
    const { userId, sessionId } = personOf(actor);
    const { rows } = await this.pool.query<Omit<Session, 'browser' | 'os'> & { readonly userAgent: string }>(
      `SELECT id, id = $2 AS current, "createdAt", "updatedAt" AS "lastUsedAt", "expiresAt",
         coalesce("userAgent", '') AS "userAgent"
       FROM auth.session WHERE "userId" = $1 AND "expiresAt" > now() ORDER BY "updatedAt" DESC, id LIMIT 200`,
      [userId, sessionId],
    );
    return rows.map(({ userAgent, ...session }) => ({ ...session, ...browserOf(userAgent) }));
  }

  @Needs('signed-in')
  @Mutation(() => Boolean, { description: 'Signs a browser of one’s own out, at once.' })
  async revokeSession(
    @Context() { actor }: Asked,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<boolean> {
    const { userId } = personOf(actor);
    const { rowCount } = await this.pool.query('DELETE FROM auth.session WHERE id = $1 AND "userId" = $2', [
      id,
      userId,
    ]);
    if (rowCount === 0) throw fault('NOT_FOUND', 'There is no such session');
    return true;
  }

  @Needs('signed-in')
  @Mutation(() => Int, { description: 'Signs out every browser but the one that asks. Returns how many.' })
  async revokeOtherSessions(@Context() { actor }: Asked): Promise<number> {
    const { userId, sessionId } = personOf(actor);
    const { rowCount } = await this.pool.query('DELETE FROM auth.session WHERE "userId" = $1 AND id <> $2', [
      userId,
      sessionId,
    ]);
    return rowCount ?? 0;
  }
}
