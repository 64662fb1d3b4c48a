import { getVariableValues, GraphQLError, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';

/**
 * graphql-js repeats the whole variable for each fault: 1 MB of faults took minutes where all were looked for, and five
 * seconds and an answer of 44 MB with its own bound of fifty. So few are looked for, and `shortened` cuts what is told of each.
 */
export const MOST_VARIABLE_FAULTS = 3;

/** What is wrong with the variables of an operation, before it runs; empty where nothing is. */
export function variableFaults(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode | undefined,
  given: Readonly<Record<string, unknown>>,
): readonly GraphQLError[] {
  const { errors = [] } = getVariableValues(schema, operation?.variableDefinitions ?? [], given, {
    maxErrors: MOST_VARIABLE_FAULTS,
  });
  // The last one says that there are more, and nothing of them.
  return errors
    .slice(0, MOST_VARIABLE_FAULTS)
    .map(
      (error) =>
        new GraphQLError(error.message, { nodes: error.nodes ?? [], extensions: { code: 'BAD_USER_INPUT' } }),
    );
}

const LONGEST = 500;

/** The variable's name stands at the beginning, the field and what is wrong with it at the end. */
export function shortened(message: string): string {
  if (message.length <= LONGEST) return message;
  const half = LONGEST / 2;
  return `${message.slice(0, half)} … ${message.slice(-half)}`.toWellFormed();
}
