import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';

function text(value: unknown, name: string): string {
  if (typeof value === 'string') return value;
  throw new GraphQLError(`${name} must be a string`, { extensions: { code: 'BAD_USER_INPUT' } });
}

/** Travels as text. `range.ts` checks it, because only there is the name of the field known. */
export const DateScalar = new GraphQLScalarType<string, string>({
  name: 'Date',
  description: "A calendar day in the site's time zone, YYYY-MM-DD.",
  serialize: (value) => text(value, 'Date'),
  parseValue: (value) => text(value, 'Date'),
  parseLiteral: (node) => text(node.kind === Kind.STRING ? node.value : undefined, 'Date'),
});

export const DateTimeScalar = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  description: 'A moment, RFC 3339 in UTC.',
  serialize: (value) => (value instanceof Date ? value.toISOString() : text(value, 'DateTime')),
  parseValue: (value) => moment(text(value, 'DateTime')),
  parseLiteral: (node) => moment(text(node.kind === Kind.STRING ? node.value : undefined, 'DateTime')),
});

function moment(value: string): Date {
  const parsed = new Date(value);
  if (!Number.isNaN(parsed.getTime())) return parsed;
  throw new GraphQLError('DateTime must be RFC 3339, for example 2026-05-17T09:30:00Z', {
    extensions: { code: 'BAD_USER_INPUT' },
  });
}
