import type { ApolloServerPlugin, GraphQLRequestListener } from '@apollo/server';
import { Plugin } from '@nestjs/apollo';
import { GraphQLError } from 'graphql';

import { may } from '#access/actor.js';

import { badInput, checkSiteId } from '../bad-input.js';
import type { GraphqlContext } from '../context.js';
import { codeOf } from '../public-error.js';
import { keyOf, parseAsOf } from './as-of-input.js';
import { askedSites } from './asked-sites.js';
import { type Asked, PastReads } from './past-reads.js';

/** Figures of the past that one operation may ask for. */
const MOST = 4;

/** Holds an operation back until what it asks of the past is there, before its snapshot is opened. */
@Plugin()
export class AsOfPlugin implements ApolloServerPlugin<GraphqlContext> {
  private readonly listener: GraphQLRequestListener<GraphqlContext> = {
    didResolveOperation: async ({ schema, document, operation, request, contextValue }) => {
      // What somebody may not ask is refused when it comes to it; nothing is made for it.
      if (!operation || !may(contextValue.actor, 'figures.read')) return;
      try {
        const asked = new Map<string, Asked>();
        for (const { id, asOf, difference } of askedSites(
          schema,
          document,
          operation,
          request.variables ?? {},
        )) {
          const siteId = checkSiteId('id', id);
          const parsed = parseAsOf(asOf);
          const key = keyOf(siteId, parsed);
          asked.set(key, {
            siteId,
            asOf: parsed,
            difference: difference || asked.get(key)?.difference === true,
          });
        }
        if (asked.size > MOST)
          throw badInput(`asOf may name at most ${MOST} different pasts in one operation`);
        await Promise.all(
          [...asked].map(async ([key, each]) => {
            const prepared = await this.reads.prepare(each, contextValue.snapshot.tenant, contextValue.gone);
            if (prepared) contextValue.past.set(key, prepared);
          }),
        );
      } catch (error) {
        throw asAnswer(error);
      }
    },
  };

  constructor(private readonly reads: PastReads) {}

  async requestDidStart(): Promise<GraphQLRequestListener<GraphqlContext>> {
    return this.listener;
  }
}

/** Without a status Apollo takes it for a fault of ours. */
function asAnswer(error: unknown): GraphQLError {
  const cause = error instanceof Error ? error : new Error(String(error));
  const named = new GraphQLError(cause.message, { originalError: cause });
  const status = codeOf(named) === 'BAD_USER_INPUT' ? 400 : 200;
  return new GraphQLError(cause.message, { originalError: cause, extensions: { http: { status } } });
}
