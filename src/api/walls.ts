import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  GraphQLError,
} from 'graphql';

import { type Actor } from '#access/actor.js';
import type { HasActor } from '#access/actors.js';
import { denied } from '#access/denied.js';
import { mayOne, needsOf } from '#access/needs.js';

type Field = GraphQLField<unknown, HasActor>;

/** Every field that an operation can begin with. */
export function rootFields(schema: GraphQLSchema): Field[] {
  return [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap((type) =>
    type ? (Object.values(type.getFields()) as Field[]) : [],
  );
}

/**
 * The wall that stands before every query, mutation and subscription, over HTTP and over sockets: each asks the table of
 * permissions by what its `@Needs` says, and one without is refused to all. Of a subscription each push asks again.
 */
export function walled(schema: GraphQLSchema): GraphQLSchema {
  for (const field of rootFields(schema)) {
    const needs = needsOf(field.extensions);
    const isOpen = (actor: Actor) => mayOne(actor, needs);
    const guard =
      (resolve: GraphQLFieldResolver<unknown, HasActor>): GraphQLFieldResolver<unknown, HasActor> =>
      (source, args, context, info) => {
        if (!isOpen(context.actor)) throw denied(context.actor);
        return resolve(source, args, context, info) as unknown;
      };
    field.resolve = guard(field.resolve ?? defaultFieldResolver);
    if (field.subscribe) field.subscribe = guard(field.subscribe);
    field.description = [field.description, `Needs: ${needs.join(' or ') || 'nobody may'}.`]
      .filter((line) => line != null && line !== '')
      .join('\n');
  }
  return schema;
}

/** Whether an answer says that who asks may not, or may no longer. */
export function saysDenied(errors: readonly GraphQLError[] | undefined): boolean {
  return errors?.some(({ extensions }) => DENIED.has(String(extensions['code']))) === true;
}

const DENIED = new Set(['UNAUTHENTICATED', 'FORBIDDEN']);
