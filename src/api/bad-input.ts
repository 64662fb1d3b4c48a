import { GraphQLError } from 'graphql';

/** The client's fault: the message names the field and says what is allowed, and never repeats the input. */
export function badInput(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
}

const SITE_ID = /^[A-Za-z0-9_-]{1,64}$/;

export const isSiteId = (siteId: string): boolean => SITE_ID.test(siteId);

export function checkSiteId(field: string, siteId: string): string {
  if (isSiteId(siteId)) return siteId;
  throw badInput(`${field} must be 1 to 64 letters, digits, hyphens or underscores`);
}
