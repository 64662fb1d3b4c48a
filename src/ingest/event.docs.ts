import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';

import { BATCH_EVENTS } from './http/limits.js';

type Schema = Record<string, unknown>;

const text = (maxLength: number, description?: string): Schema => ({
  type: 'string',
  maxLength,
  ...(description !== undefined && { description }),
});
const uuid: Schema = { type: 'string', format: 'uuid' };
const visitor: Schema = { type: 'string', description: 'As sent, or as made here' };

const EVENT: Schema = {
  type: 'object',
  required: ['eventType', 'timestamp'],
  anyOf: [{ required: ['path'] }, { required: ['url'] }],
  properties: {
    siteId: {
      type: 'string',
      pattern: '^[A-Za-z0-9_-]{1,64}$',
      description:
        'The ID of the site, or a public key of it. Not needed, and not looked at, beside a key that is bound to a site',
    },
    eventType: text(100, '`page_view`, or a name of your own'),
    path: text(8192, 'Starts with "/"; at most 2,000 bytes without its query. That of `url` where absent'),
    url: text(8192, 'Absolute, http or https'),
    timestamp: {
      type: 'string',
      format: 'date-time',
      description: 'With a zone; from 1995 to 24 hours ahead',
    },
    eventId: { ...uuid, description: 'The same one again is counted once, for ever. Made where absent' },
    userId: text(200),
    visitorId: text(200, 'Wins over the `visitor_id` cookie. Made where absent'),
    referrer: text(2000, 'An http or https URL, or a host name'),
    title: text(500),
    properties: {
      type: 'object',
      additionalProperties: true,
      description: 'At most 100 keys, 5 levels and 16 KB',
    },
    screen: { type: 'string', pattern: '^[1-9][0-9]{0,4}x[1-9][0-9]{0,4}$', example: '1440x900' },
    language: text(35, 'A language tag; else the `Accept-Language` of the request'),
    userAgent: { type: 'string', description: "The visitor's; else that of the request. Kept: 512 bytes" },
    address: { type: 'string', description: "The visitor's; else that of the request. Used, never stored" },
    cookieless: {
      type: 'boolean',
      description: 'Without a `visitorId`: known for a day by a salted hash, no cookie read or set',
    },
  },
  example: { siteId: 'shop', eventType: 'page_view', path: '/pricing', timestamp: '2026-01-31T12:00:00Z' },
};

const receipt: Schema = {
  type: 'string',
  pattern: '^\\d+:\\d+:\\d+$',
  description: 'Where the event stands in the log; figures asked for with `waitFor` include it',
  example: '2:1043:17',
};
const warnings: Schema = {
  type: 'array',
  items: { type: 'string' },
  description: 'One for each field that was left out because it is unfit; absent where there is none',
};
const stored: Schema = {
  type: 'object',
  required: ['success', 'eventId', 'visitorId', 'receipt'],
  properties: {
    success: { type: 'boolean', enum: [true] },
    eventId: uuid,
    visitorId: visitor,
    receipt,
    warnings,
  },
};

const errorFields: Schema = {
  statusCode: { type: 'integer' },
  message: { type: 'array', items: { type: 'string' }, description: 'One for each fault, naming the field' },
  error: { type: 'string', description: 'The name of the status' },
};
const required = ['statusCode', 'message', 'error'];
/** The component that `errorSchema` points to. */
export const ERROR: Schema = { type: 'object', required, properties: errorFields };
const errorSchema: Schema = { $ref: '#/components/schemas/Error' };

const outcomes: Schema = {
  stored: { type: 'integer', description: 'How many of the events the log has' },
  outcomes: {
    type: 'array',
    items: {
      type: 'object',
      required: ['index', 'status'],
      properties: {
        index: { type: 'integer', description: 'Place of the event in the request, from 0' },
        status: { type: 'string', enum: ['stored', 'rejected', 'unavailable'] },
        eventId: uuid,
        visitorId: visitor,
        receipt: { ...receipt, description: 'Where stored' },
        reason: { type: 'string', description: 'Where rejected or unavailable' },
        message: { type: 'array', items: { type: 'string' }, description: 'Where rejected' },
        warnings,
      },
    },
  },
};

const retryHeader = {
  'Retry-After': { description: 'Seconds', schema: { type: 'integer' as const } },
};

/** What every address with a body may answer beside its own statuses; `limited`: the body of what is beyond a limit. */
function refusals(limited: Schema): MethodDecorator & ClassDecorator {
  return applyDecorators(
    ApiResponse({
      status: 429,
      description: 'The site sends more events than it may, or the address more requests: send it again then',
      headers: retryHeader,
      schema: limited,
    }),
    ApiResponse({
      status: 401,
      description: 'No key, or one that is unknown, revoked or expired; two of them',
      schema: errorSchema,
    }),
    ApiResponse({
      status: 403,
      description:
        'A key that may not send so: its kind, its scope, or the origin of the page; or the site was archived',
      schema: errorSchema,
    }),
    ApiResponse({
      status: 404,
      description: 'The site is not there, or the key does not reach it',
      schema: errorSchema,
    }),
    ApiResponse({ status: 413, description: 'Too large', schema: errorSchema }),
    ApiResponse({
      status: 415,
      description: 'A content type, charset or encoding not read here',
      schema: errorSchema,
    }),
  );
}

export function EventDoorDocs(): MethodDecorator {
  const later = { ...errorFields, reason: { type: 'string' }, eventId: uuid, visitorId: visitor };
  return applyDecorators(
    ApiTags('Sending events'),
    ApiOperation({ summary: 'Store one event' }),
    ApiConsumes('application/json', 'text/plain'),
    ApiBody({ schema: EVENT }),
    ApiResponse({
      status: 202,
      description: 'Stored: it is on disk and acknowledged. A client of Plausible gets `ok`',
      content: {
        'application/json': { schema: stored },
        'text/plain': { schema: { type: 'string', enum: ['ok'] } },
      },
    }),
    ApiResponse({
      status: 400,
      description: "Not valid; an event in Plausible's format: in its shape",
      schema: { anyOf: [errorSchema, { $ref: '#/components/schemas/PlausibleError' }] },
    }),
    refusals({ type: 'object', required, properties: later }),
    ApiResponse({
      status: 503,
      description: 'The log cannot be written: send the event again with the `eventId` of this answer',
      headers: retryHeader,
      schema: {
        type: 'object',
        required,
        properties: later,
      },
    }),
  );
}

export function BatchDoorDocs(): MethodDecorator {
  const answer: Schema = { type: 'object', required: ['stored', 'outcomes'], properties: outcomes };
  const failure: Schema = { type: 'object', required, properties: { ...errorFields, ...outcomes } };
  return applyDecorators(
    ApiTags('Sending events'),
    ApiOperation({ summary: `Store up to ${BATCH_EVENTS} events, with an outcome for each` }),
    ApiConsumes('application/json', 'application/x-ndjson', 'text/plain'),
    ApiBody({
      schema: {
        type: 'object',
        required: ['events'],
        properties: { events: { type: 'array', minItems: 1, maxItems: BATCH_EVENTS, items: EVENT } },
      },
    }),
    ApiResponse({ status: 202, description: 'Some or all are stored', schema: answer }),
    ApiResponse({ status: 400, description: 'None is valid', schema: failure }),
    refusals(failure),
    ApiResponse({
      status: 503,
      description: 'The log took none; those `unavailable` are worth another try',
      headers: retryHeader,
      schema: failure,
    }),
  );
}
