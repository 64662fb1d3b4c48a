import type { SubscribePayload } from 'graphql-ws';
import {
  type ExecutionArgs,
  getOperationAST,
  GraphQLError,
  type GraphQLSchema,
  OperationTypeNode,
  parse,
  specifiedRules,
  validate,
  type ValidationRule,
} from 'graphql';

import { limits } from './limits.js';
import { MOST_VARIABLE_FAULTS, variableFaults } from './variables.js';

/** Parses and validates with the limits of HTTP; only subscriptions pass, because queries have HTTP for that. */
export function prepare(
  payload: SubscribePayload,
  schema: GraphQLSchema,
  rules: readonly ValidationRule[],
): ExecutionArgs | readonly GraphQLError[] {
  const parsed = tryParse(payload.query);
  if (parsed instanceof GraphQLError) return [parsed];
  const errors = validate(schema, parsed, [...specifiedRules, ...rules]);
  if (errors.length > 0) return errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED'));
  const operation = getOperationAST(parsed, payload.operationName);
  if (!operation) {
    return [refusal('OPERATION_RESOLUTION_FAILURE', 'operationName must name one of the operations sent')];
  }
  if (operation.operation !== OperationTypeNode.SUBSCRIPTION) {
    return [refusal('BAD_REQUEST', 'only subscriptions are served here: send queries and mutations by POST')];
  }
  const faults = variableFaults(schema, operation, payload.variables ?? {});
  if (faults.length > 0) return faults;
  return {
    schema,
    document: parsed,
    operationName: payload.operationName ?? null,
    variableValues: payload.variables ?? {},
    options: { maxCoercionErrors: MOST_VARIABLE_FAULTS },
  };
}

export const refusal = (code: string, message: string): GraphQLError =>
  new GraphQLError(message, { extensions: { code } });

function tryParse(query: string) {
  try {
    return parse(query, { maxTokens: limits.tokens });
  } catch (error) {
    if (error instanceof GraphQLError) return withCode(error, 'GRAPHQL_PARSE_FAILED');
    throw error;
  }
}

function withCode(error: GraphQLError, code: string): GraphQLError {
  error.extensions['code'] ??= code;
  return error;
}
