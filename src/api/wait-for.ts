import type { ApolloServerPlugin, GraphQLRequestListener } from '@apollo/server';
import { Plugin } from '@nestjs/apollo';
import {
  DirectiveLocation,
  getDirectiveValues,
  GraphQLDirective,
  GraphQLError,
  GraphQLFloat,
  GraphQLNonNull,
  type GraphQLSchema,
  GraphQLString,
  getVariableValues,
  type OperationDefinitionNode,
} from 'graphql';

import type { LogPlace } from '#database/snapshot.js';

import { CheckpointWatch } from './checkpoint-watch.js';
import type { GraphqlContext } from './context.js';
import { AWAITED_RULE, parseAwaited } from './receipt.js';

/** Seconds. */
export const waitLimits = { usual: 5, most: 30 } as const;

/** On the operation and not on its fields, because all of them read one snapshot. */
export const waitForDirective = new GraphQLDirective({
  name: 'waitFor',
  description:
    'Answers once the figures include the event, or the change of settings, with this receipt; PROJECTION_BEHIND where they do not in time.',
  locations: [DirectiveLocation.QUERY],
  args: {
    receipt: { type: new GraphQLNonNull(GraphQLString), description: 'As the sender got it.' },
    seconds: {
      type: GraphQLFloat,
      defaultValue: waitLimits.usual,
      description: `How long to wait, 0 to ${waitLimits.most}.`,
    },
  },
});

export interface Wait {
  readonly receipt: LogPlace;
  readonly milliseconds: number;
}

/** What is wrong, one message for each fault; names are the fields as the client knows them. */
export function parseWait(
  given: { readonly receipt: unknown; readonly seconds: unknown },
  names: { readonly receipt: string; readonly seconds: string },
): Wait | readonly string[] {
  const receipt = parseAwaited(given.receipt);
  const seconds = given.seconds ?? waitLimits.usual;
  const fits = typeof seconds === 'number' && seconds >= 0 && seconds <= waitLimits.most;
  if (receipt && fits) return { receipt, milliseconds: seconds * 1_000 };
  return [
    ...(receipt ? [] : [`${names.receipt} ${AWAITED_RULE}`]),
    ...(fits ? [] : [`${names.seconds} must be 0 to ${waitLimits.most}`]),
  ];
}

/** Holds an operation back before its snapshot is opened. */
@Plugin()
export class WaitForPlugin implements ApolloServerPlugin<GraphqlContext> {
  private readonly listener: GraphQLRequestListener<GraphqlContext> = {
    didResolveOperation: async ({ schema, operation, request, contextValue }) => {
      const wait = waitOf(schema, operation, request.variables ?? {});
      // How far the figures are is for those who may read some.
      if (!wait || contextValue.actor.kind === 'anonymous') return;
      await this.checkpoints.reached(wait.receipt, wait.milliseconds).catch((error: Error) => {
        // Without a status Apollo takes it for a fault of ours.
        throw new GraphQLError(error.message, {
          originalError: error,
          extensions: { http: { status: 200 } },
        });
      });
      contextValue.snapshot.atLeast = wait.receipt;
    },
  };

  constructor(private readonly checkpoints: CheckpointWatch) {}

  async requestDidStart(): Promise<GraphQLRequestListener<GraphqlContext>> {
    return this.listener;
  }
}

function waitOf(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode | undefined,
  given: Readonly<Record<string, unknown>>,
): Wait | undefined {
  if (!operation?.directives?.some(({ name }) => name.value === waitForDirective.name)) return undefined;
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], given, { maxErrors: 1 });
  // Unfit variables: the execution says so.
  if (!coerced) return undefined;
  const values = getDirectiveValues(waitForDirective, operation, coerced);
  const wait = parseWait(
    { receipt: values?.['receipt'], seconds: values?.['seconds'] },
    { receipt: 'waitFor.receipt', seconds: 'waitFor.seconds' },
  );
  if (!('receipt' in wait)) {
    throw new GraphQLError(wait.join('; '), {
      extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } },
    });
  }
  return wait;
}
