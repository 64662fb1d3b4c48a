import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  type GraphQLError,
  isObjectType,
} from 'graphql';

import type { HasActor } from '#access/actors.js';
import { denied } from '#access/denied.js';
import { mayOne, needsOf } from '#access/needs.js';
import type { Permission } from '#access/permissions.js';

type Field = GraphQLField<unknown, HasActor>;

/** Every field that an operation can begin with. */
export function rootFields(schema: GraphQLSchema): Field[] {
  return [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap((type) =>
    type ? (Object.values(type.getFields()) as Field[]) : [],
  );
}

/**
 * The wall that stands before every query, mutation and subscription, over HTTP and over sockets: each asks the table of
 * permissions by what its `@Needs` says, and one without is refused to all. Of a subscription each push asks again. Fields of
 * other types that need more than what leads to them say so in the same way.
 */
export function walled(schema: GraphQLSchema): GraphQLSchema {
  const roots = new Set(rootFields(schema));
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields()) as Field[]) {
      const needs = needsOf(field.extensions);
      if (roots.has(field) || needs.length > 0) wall(field, needs);
    }
  }
  return schema;
}

function wall(field: Field, needs: readonly Permission[]): void {
  const guard =
    (resolve: GraphQLFieldResolver<unknown, HasActor>): GraphQLFieldResolver<unknown, HasActor> =>
    (source, args, context, info) => {
      if (!mayOne(context.actor, needs)) throw denied(context.actor);
      return resolve(source, args, context, info);
    };
  field.resolve = guard(field.resolve ?? defaultFieldResolver);
  if (field.subscribe) field.subscribe = guard(field.subscribe);
  field.description = [field.description, `Needs: ${needs.join(' or ') || 'nobody may'}.`]
    .filter((line) => line != null && line !== '')
    .join('\n');
}

/** Whether an answer says that who asks may not, or may no longer. */
export function saysDenied(errors: readonly GraphQLError[] | undefined): boolean {
  return errors?.some(({ extensions }) => DENIED.has(String(extensions['code']))) === true;
}

// What was taken away from who asks is not found any more.
const DENIED = new Set(['UNAUTHENTICATED', 'FORBIDDEN', 'NOT_FOUND']);
