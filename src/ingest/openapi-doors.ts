import type { OpenAPIObject } from '@nestjs/swagger';

import { DOORS } from './doors.js';
import { ERROR } from './event.docs.js';
import type { Door } from './http/door.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Schema = Record<string, unknown>;
interface Described {
  description: string;
  content?: Record<string, { schema: Schema }>;
  headers?: Record<string, Schema>;
}

const fields = (properties: Schema): Schema => ({
  type: 'object',
  required: Object.keys(properties),
  properties,
});

/** The shapes of errors: ours, and those that other products' clients know. */
export const ERROR_SCHEMAS: Record<string, Schema> = {
  Error: ERROR,
  PosthogError: fields({
    type: { type: 'string', enum: ['authentication_error', 'server_error', 'validation_error'] },
    code: { type: 'string' },
    detail: { type: 'string' },
    attr: { type: 'string', nullable: true },
  }),
  UmamiError: fields({
    error: fields({
      code: { type: 'string' },
      message: { type: 'string' },
      status: { type: 'integer' },
    }),
  }),
  PlausibleError: fields({
    errors: {
      type: 'object',
      description: 'Field -> its faults',
      additionalProperties: { type: 'array', items: { type: 'string' } },
    },
  }),
};

/** What a request may meet before any event of it is looked at, at an address that reads bodies. */
const REFUSED_WHOLE: Record<number, string> = {
  400: 'Not readable, or not valid',
  413: 'Too large',
  415: 'A content type, charset or encoding not read here',
};
/** Statuses after which the same is worth sending again. */
const LATER = [429, 503];
const RETRY_AFTER = { 'Retry-After': { description: 'Seconds', schema: { type: 'integer' } } };

/** Completes what the controllers say of their doors: every error with its shape, as the door itself answers it. */
export function describeDoors({ paths }: OpenAPIObject): void {
  for (const door of DOORS) {
    for (const method of door.methods ?? []) {
      const path = paths[pathOf(door)];
      const operation = method === 'GET' ? path?.get : path?.post;
      if (!operation) throw new Error(`the door ${method} ${door.url} is not described`);
      if (method === 'POST') addRefusals(operation, door);
      for (const [status, response] of Object.entries(operation.responses) as [string, Described][])
        describeError(response, Number(status), door);
    }
  }
}

/** `/array/:token/config` as OpenAPI writes it. */
export const pathOf = ({ url }: Pick<Door, 'url'>): string => url.replaceAll(/:(\w+)/g, '{$1}');

function addRefusals({ responses }: Operation, door: Door): void {
  for (const [given, description] of Object.entries(REFUSED_WHOLE)) {
    const { status } = answerOf(door, Number(given));
    responses[status] ??= { description };
  }
}

function describeError(response: Described, status: number, door: Door): void {
  if (!(status >= 400)) return;
  if (LATER.includes(status)) response.headers = { ...RETRY_AFTER, ...response.headers };
  response.content ??= contentOf(answerOf(door, status).body, door, status);
}

const answerOf = (door: Door, status: number): { status: number; body?: unknown } =>
  door.refusal?.(status, []) ?? { status };

function contentOf(body: unknown, { dialect }: Door, status: number): NonNullable<Described['content']> {
  // Whoever shows it is not to see that it is broken.
  if (dialect === 'pixel' && LATER.includes(status)) return IMAGE;
  if (body instanceof Uint8Array) return IMAGE;
  const named = typeof body !== 'object' || body === null || 'statusCode' in body ? 'Error' : foreign(body);
  return { 'application/json': { schema: { $ref: `#/components/schemas/${named}` } } };
}

const foreign = (body: object): string => ('detail' in body ? 'PosthogError' : 'UmamiError');

const IMAGE = { 'image/gif': { schema: { type: 'string', format: 'binary' } } };
