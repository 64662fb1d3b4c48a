import { AuthRefusal } from './auth-refusal.js';
import type { AuthPath } from './door-paths.js';
import { passwordFault } from './passwords.js';

/** What arrives of a body: strings alone. */
export type Body = Partial<Record<string, string>>;

const LONGEST = { email: 254, name: 100, other: 2_000 } as const;
/** Two slashes, or one and a backslash, lead to another host. */
const OWN_PATH = /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/;

/** The fields that are known, and nothing else. @throws AuthRefusal naming the field */
export function bodyOf(given: unknown, { fields, chosen }: AuthPath): Body {
  const body: Body = {};
  for (const field of fields) {
    const value = (given as Record<string, unknown> | null | undefined)?.[field];
    if (value === undefined || value === null) continue;
    if (typeof value !== 'string')
      throw new AuthRefusal(400, 'BAD_USER_INPUT', `${field} must be a string`, field);
    const most = field === 'email' ? LONGEST.email : field === 'name' ? LONGEST.name : LONGEST.other;
    if (value.length > most)
      throw new AuthRefusal(400, 'BAD_USER_INPUT', `${field} must have at most ${most} characters`, field);
    if (field !== chosen && !/password/i.test(field) && /[\p{Cc}\u2028\u2029]/u.test(value))
      throw new AuthRefusal(400, 'BAD_USER_INPUT', `${field} must not have control characters`, field);
    if (field === 'callbackURL' && !OWN_PATH.test(value))
      throw new AuthRefusal(400, 'BAD_USER_INPUT', `${field} must be a path of this dashboard`, field);
    body[field] = value;
  }
  for (const field of fields)
    if (
      body[field] === undefined &&
      field !== 'invitation' &&
      field !== 'organization' &&
      field !== 'callbackURL'
    )
      throw new AuthRefusal(400, 'BAD_USER_INPUT', `${field} must be given`, field);
  if (body['name'] !== undefined && body['name'].trim() === '')
    throw new AuthRefusal(400, 'BAD_USER_INPUT', 'name must not be empty', 'name');
  if (chosen !== undefined) {
    const fault = passwordFault(body[chosen]);
    if (fault !== undefined) throw new AuthRefusal(400, 'BAD_USER_INPUT', fault, chosen);
  }
  return body;
}
