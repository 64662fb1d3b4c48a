import { GraphQLScalarType, Kind } from 'graphql';

import { scalarText } from '#scalars/date-time.js';

export { DateTimeScalar } from '#scalars/date-time.js';

/** Travels as text. `range.ts` checks it, because only there is the name of the field known. */
export const DateScalar = new GraphQLScalarType<string, string>({
  name: 'Date',
  description: "A calendar day in the site's time zone, YYYY-MM-DD.",
  serialize: (value) => scalarText(value, 'Date'),
  parseValue: (value) => scalarText(value, 'Date'),
  parseLiteral: (node) => scalarText(node.kind === Kind.STRING ? node.value : undefined, 'Date'),
});
