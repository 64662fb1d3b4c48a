import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';

type Schema = Record<string, unknown>;

interface Described {
  /** Whose wire format it is. */
  readonly of: string;
  readonly summary: string;
  readonly consumes?: readonly string[];
  readonly body?: object;
  readonly ok: {
    readonly status: number;
    readonly description: string;
    /** Of the answer; JSON where absent. */
    readonly type?: string;
    readonly example?: unknown;
  };
  readonly refused?: Readonly<Record<number, string>>;
}

/** An address of another product's wire format, as OpenAPI shows it. */
export function DialectDocs({ of, summary, consumes, body, ok, refused = {} }: Described): MethodDecorator {
  return applyDecorators(
    ApiTags(of),
    ApiOperation({ summary }),
    ...(consumes ? [ApiConsumes(...consumes)] : []),
    ...(body ? [ApiBody({ schema: { type: 'object', additionalProperties: true, example: body } })] : []),
    ApiResponse({ status: ok.status, description: ok.description, content: contentOf(ok) }),
    ...Object.entries(refused).map(([status, description]) =>
      ApiResponse({ status: Number(status), description }),
    ),
  );
}

/** What becomes of a request without a key that does, where one is needed. */
export const KEYS = {
  401: 'No key, or one that is unknown, revoked or expired; two of them',
  403: 'A key that may not send so: its kind, its scope, or the origin of the page; or the site was archived',
  404: 'The site is not there, or the key does not reach it',
} as const;

/** What a limit and the log's outage are to every client: it keeps its events and tries again. */
export const LATER = {
  429: 'More than the site or the address may send: send the same again after `Retry-After`',
  503: 'The log cannot be written, or more comes in than can be read: send the same again after `Retry-After`',
} as const;

function contentOf({ type = 'application/json', example }: Described['ok']) {
  const schema: Schema = type === 'application/json' ? { type: 'object', additionalProperties: true } : TEXT;
  const format = type.startsWith('image/') ? { format: 'binary' } : {};
  return { [type]: { schema: { ...schema, ...format, ...(example !== undefined && { example }) } } };
}

const TEXT: Schema = { type: 'string' };
