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
  ambiguous_key: [400, 'two different keys, in the body and in `Authorization`'],
  missing_key: [401, 'a webhook without `X-API-Key`'],
  missing_token: [401, 'a PostHog request without a token'],
  mixed_tokens: [401, 'a PostHog batch with the tokens of several sites'],
  body_too_large: [413, 'more bytes than the address takes, packed or unpacked'],
  batch_too_large: [413, 'more events than a request may have'],
  event_too_large: [413, 'an event that comes to more than 32 KB stored'],
  unsupported_media_type: [415, 'a content type that is not read there'],
  unsupported_charset: [415, 'text in another charset than UTF-8'],
  unsupported_encoding: [415, 'a body packed otherwise than by gzip'],
  rate_limited: [429, 'beyond a [rate limit](operating.md#rate-limits)'],
  busy: [503, 'more comes in than can be read, or too many large bodies at once'],
  log_unavailable: [503, 'the log does not say that it has the event'],
  log_overloaded: [503, 'too many events wait for the log'],
  log_full: [503, 'the log has no room left'],
} as const satisfies Readonly<Record<string, readonly [status: number, means: string]>>;

/** A code of the table, or `invalid_` and the field's name as it is in metrics: `invalid_site_id`. */
export type RefusalCode = keyof typeof REFUSAL_CODES | `invalid_${string}`;

/** Whether what was refused so may be sent again as it is. */
export function isForNow(reason: string): boolean {
  const known: Readonly<Record<string, readonly [status: number, means: string]>> = REFUSAL_CODES;
  const status = Object.hasOwn(known, reason) ? known[reason]?.[0] : undefined;
  return status === 429 || status === 503;
}

/** The table in docs/sending-events.md. */
export function refusalTable(): string {
  const rows = Object.entries(REFUSAL_CODES).map(
    ([code, [status, means]]) => `| \`${code}\` | ${status} | ${means} |`,
  );
  return ['| code | status | what is meant |', '| --- | --- | --- |', ...rows].join('\n');
}
