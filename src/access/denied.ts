import { ForbiddenException, type HttpException, UnauthorizedException } from '@nestjs/common';
import { GraphQLError } from 'graphql';

import type { Actor } from './actor.js';

const SIGN_IN = 'Sign in first, or send a key: Authorization: Bearer sk_…';
const MAY_NOT = 'You may not do this here';

/** For who asks without the permission. What is somebody else's is not denied: it is not found. */
export function denied(actor: Actor): GraphQLError {
  return actor.kind === 'anonymous'
    ? new GraphQLError(SIGN_IN, {
        extensions: { code: 'UNAUTHENTICATED' },
      })
    : new GraphQLError(MAY_NOT, {
        extensions: { code: 'FORBIDDEN', ...(actor.kind === 'key' && { reason: 'insufficient_scope' }) },
      });
}

/** The same for the doors that are no GraphQL. */
export function deniedOverHttp(actor: Actor): HttpException {
  return actor.kind === 'anonymous'
    ? new UnauthorizedException([SIGN_IN])
    : new ForbiddenException([MAY_NOT]);
}

/** While nobody can tell who asks: for a caller who may be right a refusal would be wrong. */
export const nobodyCanTell = (why: string, originalError?: Error): GraphQLError =>
  new GraphQLError(`Nobody can tell right now who asks: ${why}`, {
    originalError,
    extensions: { code: 'UNAVAILABLE', http: { status: 503 } },
  });
