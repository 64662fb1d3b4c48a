import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';

type Schema = Record<string, unknown>;

interface Described {
  /** Whose wire format it is. */
  readonly of: string;
  readonly summary: string;
  readonly consumes?: readonly string[];
  readonly body?: object;
  readonly ok: { readonly status: number; readonly description: string; readonly example?: unknown };
  readonly refused?: Readonly<Record<number, string>>;
}

/** An address of another product's wire format, as OpenAPI shows it. */
export function DialectDocs({ of, summary, consumes, body, ok, refused = {} }: Described): MethodDecorator {
  return applyDecorators(
    ApiTags(of),
    ApiOperation({ summary }),
    ...(consumes ? [ApiConsumes(...consumes)] : []),
    ...(body ? [ApiBody({ schema: { type: 'object', additionalProperties: true, example: body } })] : []),
    ApiResponse({ status: ok.status, description: ok.description, ...exampleOf(ok.example) }),
    ...Object.entries(refused).map(([status, description]) =>
      ApiResponse({ status: Number(status), description }),
    ),
  );
}

/** What a limit and the log's outage are to every client: it keeps its events and tries again. */
export const LATER = {
  429: 'More than the site or the address may send: send the same again after `Retry-After`',
  503: 'The log cannot be written: send the same again after `Retry-After`',
} as const;

function exampleOf(example: unknown): { schema?: Schema } {
  if (example === undefined) return {};
  return { schema: { type: typeof example === 'string' ? 'string' : 'object', example } };
}
