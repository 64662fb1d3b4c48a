import { GraphQLError } from 'graphql';

import type { Actor } from './actor.js';

/** For who asks without the permission. What is somebody else's is not denied: it is not found. */
export function denied(actor: Actor): GraphQLError {
  return actor.kind === 'anonymous'
    ? new GraphQLError('Sign in first, or send a key: Authorization: Bearer sk_…', {
        extensions: { code: 'UNAUTHENTICATED' },
      })
    : new GraphQLError('You may not do this here', {
        extensions: { code: 'FORBIDDEN', ...(actor.kind === 'key' && { reason: 'insufficient_scope' }) },
      });
}
