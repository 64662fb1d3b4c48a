import { Field, InputType } from '@nestjs/graphql';

import { PROPERTY_KINDS } from '#events/types/definition.js';

/** What it may hold is decided with the rest of the command. */
@InputType()
export class PropertyDefinitionInput {
  @Field(() => String)
  name: string;

  @Field(() => String, { description: `One of ${PROPERTY_KINDS.join(', ')}.` })
  kind: string;

  @Field(() => Boolean, { nullable: true })
  required?: boolean;
}
