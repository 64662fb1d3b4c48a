import { Field, ID, ObjectType } from '@nestjs/graphql';

import type { Role } from '#access/permissions.js';
import { DateTimeScalar } from '#scalars/date-time.js';

import { MemberRole } from './role.js';

@ObjectType({ description: 'As members see it.' })
export class Invitation {
  @Field(() => ID)
  id: string;

  @Field()
  email: string;

  @Field(() => MemberRole)
  role: Role;

  @Field(() => String, { nullable: true, description: 'Null for who is gone.' })
  invitedBy: string | null;

  @Field(() => DateTimeScalar)
  createdAt: Date;

  @Field(() => DateTimeScalar)
  expiresAt: Date;

  @Field()
  expired: boolean;

  @Field(() => String, { nullable: true, description: 'To be handed on; null where it was sent by mail.' })
  link: string | null;
}

@ObjectType()
export class Invited {
  @Field(() => Invitation)
  invitation: Invitation;

  @Field(() => String, { nullable: true, description: 'To be handed on; null where it was sent by mail.' })
  link: string | null;
}

@ObjectType({ description: 'As whoever has the link sees it.' })
export class InvitationReceived {
  @Field(() => ID, { description: 'Of the link: for `acceptInvitation`, and `invitation` of sign-up.' })
  id: string;

  @Field()
  organization: string;

  @Field({ description: 'Only with this address it can be accepted.' })
  email: string;

  @Field(() => MemberRole)
  role: Role;

  @Field(() => String, { nullable: true })
  invitedBy: string | null;

  @Field(() => DateTimeScalar)
  expiresAt: Date;

  @Field({ description: 'The address has an account already: sign in; else register.' })
  registered: boolean;
}
