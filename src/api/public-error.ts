import type { GraphQLError, GraphQLFormattedError } from 'graphql';

import type { JobProgress } from '#database/job-progress.js';
import { DatabaseUnavailable, ProjectionBehind, SnapshotTimeout, WORKSPACE } from '#database/snapshot.js';

import { AsOfFailed, AsOfNotReady } from './as-of/past.js';
import { LogAway } from './ports.js';
import { shortened } from './variables.js';

// What a client may learn. Everything else reads "Internal error", because messages of drivers carry SQL and addresses.
const PUBLIC_CODES = new Set([
  'AS_OF_FAILED',
  'AS_OF_NOT_READY',
  'BAD_REQUEST',
  'BAD_USER_INPUT',
  'CONFLICT',
  'FORBIDDEN',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'LOG_UNAVAILABLE',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'PROJECTION_BEHIND',
  'QUERY_TOO_DEEP',
  'QUERY_TOO_LARGE',
  'RATE_LIMITED',
  'TOO_MANY_ALIASES',
  'TOO_MANY_SUBSCRIPTIONS',
  'NOT_FOUND',
  'TIMEOUT',
  'UNAUTHENTICATED',
  'UNAVAILABLE',
]);

export function codeOf(error: GraphQLError): string {
  const cause = causeOf(error);
  if (cause instanceof SnapshotTimeout) return 'TIMEOUT';
  if (cause instanceof DatabaseUnavailable || cause instanceof LogAway) return 'UNAVAILABLE';
  if (cause instanceof ProjectionBehind) return 'PROJECTION_BEHIND';
  if (cause instanceof AsOfNotReady) return 'AS_OF_NOT_READY';
  if (cause instanceof AsOfFailed) return 'AS_OF_FAILED';
  // Apollo puts its own code over the one that a validation rule gave.
  const code = (cause as Partial<GraphQLError>).extensions?.['code'] ?? error.extensions['code'];
  return typeof code === 'string' && PUBLIC_CODES.has(code) ? code : 'INTERNAL';
}

/** True for a fault of ours, to be logged with the request ID that the client sees. */
export const isInternal = (error: GraphQLError): boolean => codeOf(error) === 'INTERNAL';

/** The error as the client sees it. `requestId` is the one found in `extensions`, put there when it was logged. */
export function publicError(error: GraphQLError): GraphQLFormattedError {
  const code = codeOf(error);
  const { requestId, ...extensions } = error.extensions;
  // Apollo's note to itself about the HTTP status.
  delete extensions['http'];
  const place = {
    ...(error.locations ? { locations: error.locations } : {}),
    ...(error.path ? { path: error.path } : {}),
  };
  if (code === 'INTERNAL') return { message: 'Internal error', ...place, extensions: { code, requestId } };
  return { message: messageOf(error, code), ...place, extensions: { ...extensions, ...behind(error), code } };
}

/** How far the figures are, for whoever asked for more. */
function behind(error: GraphQLError): { position?: string; progress?: JobProgress } {
  const cause = causeOf(error);
  if (cause instanceof AsOfNotReady) return { progress: cause.progress };
  if (!(cause instanceof ProjectionBehind)) return {};
  const { wanted, reached } = cause;
  return { position: `${wanted.partition === WORKSPACE ? 'workspace' : wanted.partition}:${reached}` };
}

function messageOf(error: GraphQLError, code: string): string {
  const cause = causeOf(error);
  if (code === 'UNAVAILABLE' && cause instanceof DatabaseUnavailable) {
    return `The figures cannot be read right now: the ${cause.server} does not answer. Try again in a moment.`;
  }
  // graphql-js suggests names of the schema, which introspection is switched off to hide.
  return shortened(error.message.replace(/ ?Did you mean .+\?$/s, ''));
}

/** The innermost error: resolvers' errors get wrapped on the way out. */
function causeOf(error: GraphQLError): Error {
  let cause: Error = error;
  while ((cause as Partial<GraphQLError>).originalError instanceof Error) {
    cause = (cause as GraphQLError).originalError as Error;
  }
  return cause;
}
