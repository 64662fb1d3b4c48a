import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';

/** A schema has one of each name, so the rooms with resolvers share it. */
export const DateTimeScalar = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  description: 'A moment, RFC 3339 in UTC.',
  serialize: (value) => (value instanceof Date ? value.toISOString() : scalarText(value, 'DateTime')),
  parseValue: (value) => moment(scalarText(value, 'DateTime')),
  parseLiteral: (node) => moment(scalarText(node.kind === Kind.STRING ? node.value : undefined, 'DateTime')),
});

/** @throws GraphQLError that names the scalar */
export function scalarText(value: unknown, name: string): string {
  if (typeof value === 'string') return value;
  throw new GraphQLError(`${name} must be a string`, { extensions: { code: 'BAD_USER_INPUT' } });
}

function moment(value: string): Date {
  const parsed = new Date(value);
  if (!Number.isNaN(parsed.getTime())) return parsed;
  throw new GraphQLError('DateTime must be RFC 3339, for example 2026-05-17T09:30:00Z', {
    extensions: { code: 'BAD_USER_INPUT' },
  });
}
