import type { ApolloServerPlugin, GraphQLRequestListener } from '@apollo/server';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import type { DynamicModule } from '@nestjs/common';
import { type BuildSchemaOptions, GraphQLModule } from '@nestjs/graphql';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError, OperationTypeNode, specifiedDirectives } from 'graphql';
import type { Pool } from 'pg';

import { Actors } from '#access/actors.js';
import type { Config } from '#config/config.js';
import { CONFIG, LOGGER } from '#config/tokens.js';
import { READ_POOL } from '#database/pool.js';
import { SnapshotClosed } from '#database/snapshot.js';
import type { Logger } from '#telemetry/logger.js';

import { type GraphqlContext, httpContext } from './context.js';
import { explorer } from './explorer.js';
import { limitRules, limits } from './limits.js';
import { oversized } from './operation-size.js';
import { isInternal, publicError } from './public-error.js';
import { variableFaults } from './variables.js';
import { waitForDirective } from './wait-for.js';
import { walled } from './walls.js';

/** Shared with the printed schema, so that what is committed is what is served. */
export const schemaOptions: BuildSchemaOptions = { directives: [...specifiedDirectives, waitForDirective] };

/** GraphQL over HTTP at /graphql. Needs CONFIG, LOGGER and READ_POOL from a global module. */
export function graphqlModule(): DynamicModule {
  return GraphQLModule.forRootAsync<ApolloDriverConfig>({
    driver: ApolloDriver,
    inject: [CONFIG, LOGGER, READ_POOL, Actors],
    useFactory: graphqlOptions,
  });
}

function graphqlOptions(
  config: Pick<Config, 'production'>,
  logger: Logger,
  pool: Pool,
  actors: Actors,
): Omit<ApolloDriverConfig, 'driver'> {
  const introspection = !config.production;
  return {
    path: '/graphql',
    autoSchemaFile: true,
    sortSchema: true,
    buildSchemaOptions: schemaOptions,
    transformSchema: walled,
    context: async (req: FastifyRequest, reply: FastifyReply) =>
      httpContext(pool, await actors.of(req), req, reply),
    plugins: [operation(logger), ...(config.production ? [] : [explorer])],
    // Nest's own pages load scripts from a public CDN.
    graphiql: false,
    // Whether it may be asked is a rule of ours, the same on a socket; Apollo's own would be a second one here.
    introspection: true,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    hideSchemaDetailsFromClientErrors: true,
    includeStacktraceInErrorResponses: false,
    autoTransformHttpErrors: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: limits.tokens },
    validationRules: limitRules({ introspection }),
    formatError: (formatted, error) => (error instanceof GraphQLError ? publicError(error) : formatted),
  };
}

/** Ends each operation's snapshot, adds the position of the answer, and logs the faults that clients may not read. */
function operation(logger: Logger): ApolloServerPlugin<GraphqlContext> {
  const listener: GraphQLRequestListener<GraphqlContext> = {
    async didEncounterErrors({ errors, contextValue, operationName }) {
      for (const error of errors) reportInternal(error, contextValue.requestId, operationName, logger);
    },
    async didResolveOperation({ operation, contextValue }) {
      const refused = operation && oversized(operation, contextValue.req?.bodyBytes ?? 0);
      if (refused) throw refused;
      if (operation?.operation === OperationTypeNode.MUTATION) requireSameOrganization(contextValue);
    },
    async responseForOperation({ schema, operation, request, response }) {
      const faults = variableFaults(schema, operation, request.variables ?? {});
      if (faults.length === 0) return null;
      const { http } = response;
      http.status = 400;
      return { body: { kind: 'single', singleResult: { errors: faults.map(publicError) } }, http };
    },
    async willSendResponse({ contextValue, response }) {
      const position = contextValue.snapshot.positionIfOpened;
      await contextValue.snapshot.close();
      if (position === undefined || response.body.kind !== 'single') return;
      const { singleResult } = response.body;
      singleResult.extensions = { ...singleResult.extensions, position };
    },
  };
  return {
    async requestDidStart() {
      return listener;
    },
  };
}

/**
 * A page says which organization it shows. Where the person went on in another one meanwhile, as in another window, what is ordered
 * on it would be done there.
 *
 * @throws GraphQLError
 */
function requireSameOrganization({ actor, req }: GraphqlContext): void {
  const shown = req?.headers['tidemark-organization'];
  if (shown === undefined || actor.kind !== 'person' || actor.organizationId === shown) return;
  throw new GraphQLError(
    'you work in another organization by now; nothing was changed: load the page again',
    {
      extensions: { code: 'CONFLICT', reason: 'other_organization', http: { status: 409 } },
    },
  );
}

/** Leaves the request ID in the error, for `publicError` to show. That nobody waits for the answer any more is no fault. */
export function reportInternal(
  error: GraphQLError,
  requestId: string,
  operationName: string | null | undefined,
  logger: Logger,
): void {
  if (!isInternal(error) || error.originalError instanceof SnapshotClosed) return;
  error.extensions['requestId'] = requestId;
  const cause = error.originalError ?? error;
  logger.error({ requestId, operationName, path: error.path, err: cause }, 'a GraphQL operation failed');
}
