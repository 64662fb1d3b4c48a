/**
 * Why a request or an event of it is not stored, by the code that batches answer, metrics count and `/api/refused` shows:
 * the status where nothing of the request is stored, and what is meant. docs/sending-events.md has the table.
 */
export const REFUSAL_CODES = {
  empty_body: [400, 'nothing came, or blanks alone'],
  malformed_json: [400, 'not JSON, or text after its end; of NDJSON that line alone'],
  invalid_encoding: [400, 'not UTF-8, or not the gzip that it says it is'],
  invalid_shape: [400, 'no JSON object where an event should be, no list where a batch should be'],
  'invalid_<field>': [400, 'what this field may not be; of several faults the first gives the code'],
  forbidden_key: [
    400,
    'a key `__proto__`, `constructor` or `prototype` in a question; of an event it is its field’s fault',
  ],
  empty_batch: [400, 'a batch without events'],
  aborted: [400, 'given up by the sender while it was read'],
  unknown_type: [400, 'a kind of message that the dialect does not have'],
  missing_id: [400, 'a message that does not say who it was'],
  missing_event: [400, 'a message that does not say what happened'],
  missing_key: [401, 'no [key](keys.md); in open mode a webhook without `X-API-Key`'],
  invalid_key: [401, 'a key with a typo, or one that nobody knows'],
  revoked_key: [401, 'a key that was revoked, or whose site went to another organization'],
  expired_key: [401, 'a key that has expired'],
  ambiguous_key: [401, 'two different keys in one request'],
  missing_token: [401, 'a PostHog request without a token'],
  mixed_tokens: [401, 'a PostHog batch with the tokens of several sites'],
  wrong_key_type: [403, 'a secret key sent by a browser, or in an address'],
  insufficient_scope: [403, 'a key that may not do this'],
  origin_not_allowed: [403, 'a page of an origin that the key or its site does not allow'],
  site_archived: [403, 'a site that was archived takes no events'],
  unknown_site: [404, 'a site that is not there, or that the key does not reach'],
  body_too_large: [413, 'more bytes than the address takes, packed or unpacked'],
  batch_too_large: [413, 'more events than a request may have'],
  event_too_large: [413, 'an event that comes to more than 32 KB stored'],
  unsupported_media_type: [415, 'a content type that is not read there'],
  unsupported_charset: [415, 'text in another charset than UTF-8'],
  unsupported_encoding: [415, 'a body packed otherwise than by gzip'],
  rate_limited: [429, 'beyond a [rate limit](operating.md#rate-limits)'],
  busy: [503, 'more comes in than can be read, or too many large bodies at once'],
  keys_unknown: [503, 'the keys cannot be read now'],
  log_unavailable: [503, 'the log does not say that it has the event'],
  log_overloaded: [503, 'too many events wait for the log'],
  log_full: [503, 'the log has no room left'],
} as const satisfies Readonly<Record<string, readonly [status: number, means: string]>>;

/** A code of the table, or `invalid_` and the field's name as it is in metrics: `invalid_site_id`. */
export type RefusalCode = keyof typeof REFUSAL_CODES | `invalid_${string}`;

/** The status where nothing of the request is stored for this reason. */
export function statusOf(reason: string): number {
  const known: Readonly<Record<string, readonly [status: number, means: string]>> = REFUSAL_CODES;
  return (Object.hasOwn(known, reason) ? known[reason]?.[0] : undefined) ?? 400;
}

/** Whether what was refused so may be sent again as it is. */
export function isForNow(reason: string): boolean {
  const status = statusOf(reason);
  return status === 429 || status === 503;
}

/** The table in docs/sending-events.md. */
export function refusalTable(): string {
  const rows = Object.entries(REFUSAL_CODES).map(
    ([code, [status, means]]) => `| \`${code}\` | ${status} | ${means} |`,
  );
  return ['| code | status | what is meant |', '| --- | --- | --- |', ...rows].join('\n');
}
