import type { OpenAPIObject } from '@nestjs/swagger';

import { BATCH_BODY_BYTES } from './http/limits.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Schema = Record<string, unknown>;

const anything: Schema = { type: 'object', additionalProperties: true };
const asked: Schema = {
  type: 'object',
  required: ['query'],
  properties: { query: { type: 'string' }, variables: anything, operationName: { type: 'string' } },
};
const failed: Schema = {
  type: 'object',
  required: ['message', 'extensions'],
  properties: { message: { type: 'string' }, extensions: anything },
};
const answered: Schema = {
  type: 'object',
  properties: { data: { ...anything, nullable: true }, errors: { type: 'array', items: failed } },
};
const refused: Schema = { $ref: '#/components/schemas/Error' };

const answer = (description: string, schema: Schema) => ({
  description,
  content: { 'application/json': { schema } },
});

/** The address of GraphQL, as far as HTTP goes; its own schema says the rest. */
export const GRAPHQL: Operation = {
  operationId: 'graphql',
  tags: ['GraphQL'],
  summary: 'Everything: events in, figures out, settings',
  description: 'Subscriptions are at the same address, over WebSocket (graphql-transport-ws).',
  requestBody: { required: true, content: { 'application/json': { schema: asked } } },
  responses: {
    200: answer('Answered; `errors` says what could not be', answered),
    400: answer('Not JSON, or not a query of this schema', { anyOf: [answered, refused] }),
    413: answer(`More than ${BATCH_BODY_BYTES.toLocaleString('en')} bytes`, refused),
    415: answer('Not JSON by its type', refused),
  },
};
