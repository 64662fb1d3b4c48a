import { Field, ID, ObjectType, registerEnumType } from '@nestjs/graphql';

import { DateTimeScalar } from '#scalars/date-time.js';
import { type Key, stateOf } from '#workspace/state/keys.js';

export const KeyKindType = { PUBLIC: 'public', SECRET: 'secret' } as const;
export const KeyStateType = { ACTIVE: 'active', EXPIRED: 'expired', REVOKED: 'revoked' } as const;

registerEnumType(KeyKindType, {
  name: 'KeyKind',
  valuesMap: {
    PUBLIC: { description: '`pk_…`: on pages; sends events of its site and nothing else.' },
    SECRET: { description: '`sk_…`: of a server; never in a browser and never in an address.' },
  },
});
registerEnumType(KeyStateType, { name: 'KeyState' });

@ObjectType('Key', { description: 'What is known of a key; the key itself is shown once, when it is made.' })
export class KeyType {
  @Field(() => ID)
  id: string;

  @Field(() => KeyKindType)
  kind: Key['kind'];

  @Field()
  name: string;

  @Field(() => ID, { nullable: true, description: 'Null: it reaches every site of the organization.' })
  siteId: string | null;

  @Field(() => [String], { description: 'write, read, admin.' })
  scopes: readonly string[];

  @Field(() => [String], { description: 'Of the pages that may send with it; none: any.' })
  origins: readonly string[];

  @Field({ description: 'Its first characters.' })
  prefix: string;

  @Field()
  lastFour: string;

  @Field(() => DateTimeScalar)
  createdAt: Date;

  @Field({ description: 'In whose name, as in the audit trail.' })
  createdBy: string;

  @Field(() => DateTimeScalar, { nullable: true })
  expiresAt: Date | null;

  @Field(() => DateTimeScalar, { nullable: true })
  revokedAt: Date | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'To about a minute. Null: it was not used, or nobody can tell now.',
  })
  lastUsedAt: Date | null;

  @Field(() => ID, { nullable: true, description: 'The key that it takes the place of.' })
  replaces: string | null;

  @Field(() => KeyStateType)
  state: 'active' | 'expired' | 'revoked';
}

@ObjectType()
export class KeyMade {
  @Field(() => KeyType)
  key: KeyType;

  @Field({ description: 'The key itself: nobody can tell it again.' })
  secret: string;

  @Field({ description: 'A query with `@waitFor(receipt: …)` includes the change.' })
  receipt: string;
}

@ObjectType()
export class KeyChanged {
  @Field(() => KeyType)
  key: KeyType;

  @Field({ description: 'A query with `@waitFor(receipt: …)` includes the change.' })
  receipt: string;
}

export function keyTypeOf(key: Key, lastUsedAt: Date | undefined): KeyType {
  const { id, kind, name, siteId, scopes, origins, prefix, lastFour, createdBy, replaces } = key;
  return {
    id,
    kind,
    name,
    siteId: siteId ?? null,
    scopes,
    origins,
    prefix,
    lastFour,
    createdAt: new Date(key.createdAt),
    createdBy,
    expiresAt: dateOf(key.expiresAt),
    revokedAt: dateOf(key.revokedAt),
    lastUsedAt: lastUsedAt ?? null,
    replaces: replaces ?? null,
    state: stateOf(key, Date.now()),
  };
}

const dateOf = (at: number | undefined): Date | null => (at === undefined ? null : new Date(at));
