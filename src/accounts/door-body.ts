import { AuthRefusal } from './auth-refusal.js';
import type { AuthPath } from './door-paths.js';
import { nameFault } from './names.js';
import { passwordFault } from './passwords.js';

/** What arrives of a body: strings alone. */
export type Body = Partial<Record<string, string>>;

const LONGEST = { email: 254, other: 2_000 } as const;
/** Two slashes, or one and a backslash, lead to another host. */
const OWN_PATH = /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/;

/** The fields that are known, and nothing else. @throws AuthRefusal naming the field */
export function bodyOf(given: unknown, { fields, optional = [], chosen }: AuthPath): Body {
  const body: Body = {};
  for (const field of [...fields, ...optional]) {
    const value = (given as Record<string, unknown> | null | undefined)?.[field];
    if ((value === undefined || value === null) && optional.includes(field)) continue;
    const fault = field === chosen ? passwordFault(value) : faultOf(field, value);
    if (fault !== undefined) throw new AuthRefusal(400, 'BAD_USER_INPUT', fault, field);
    body[field] = value as string;
  }
  return body;
}

function faultOf(field: string, value: unknown): string | undefined {
  if (value === undefined || value === null) return `${field} must be given`;
  if (typeof value !== 'string') return `${field} must be a string`;
  const most = field === 'email' ? LONGEST.email : LONGEST.other;
  if (value.length > most) return `${field} must have at most ${most} characters`;
  if (!/password/i.test(field) && /[\p{Cc}\u2028\u2029]/u.test(value))
    return `${field} must not have control characters`;
  if (field === 'callbackURL' && !OWN_PATH.test(value)) return `${field} must be a path of this dashboard`;
  // No name of an organization: it is called after its owner.
  const isName = field === 'name' || (field === 'organization' && value.trim() !== '');
  const wrong = isName ? nameFault(value) : undefined;
  return wrong && `${field} ${wrong}`;
}
