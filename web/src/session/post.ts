import { Refused } from '../apollo/ask.js';
import { sessionDoubted } from './doubted.js';

/** Where the reason belongs to a field of the form, and in words of this page where the API's are short. */
const REASONS: Readonly<Record<string, { readonly field?: string; readonly says?: string }>> = {
  INVALID_EMAIL: { field: 'email', says: 'This is no e-mail address.' },
  INVALID_PASSWORD: { field: 'password', says: 'The password is wrong.' },
  USER_ALREADY_EXISTS: { field: 'email' },
  USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL: { field: 'email' },
  INVALID_CODE: { field: 'code', says: 'This code is not right. Codes change every half minute.' },
  INVALID_BACKUP_CODE: { field: 'code', says: 'This recovery code is not right, or was used.' },
  UNAUTHORIZED: { says: 'You are signed out. Sign in, and try again.' },
  INVALID_TWO_FACTOR_COOKIE: { says: 'This took too long. Sign in again.' },
  ACCOUNT_TEMPORARILY_LOCKED: { says: 'Too many wrong codes. Try again later.' },
  INVALID_TOKEN: { says: 'The link is not valid any more. Ask for a new one.' },
  TOKEN_EXPIRED: { says: 'The link is not valid any more. Ask for a new one.' },
};

/** What only somebody who is signed in may ask, or who just gave a right password. */
const SIGNED_OUT = new Set(['UNAUTHORIZED', 'INVALID_TWO_FACTOR_COOKIE']);

const ANSWER_WITHIN_MS = 20_000;

/** Asks one of the doors below /api/auth. @throws Refused in words for the reader */
export const post = <T = unknown>(path: string, body: object = {}): Promise<T> =>
  ask<T>(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

/** For what is asked by a link. @throws Refused in words for the reader */
export const get = <T = unknown>(path: string): Promise<T> => ask<T>(path, {});

async function ask<T>(path: string, init: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(`/api/auth/${path}`, { ...init, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
  } catch {
    throw new Refused('The Tidemark API does not answer. Nothing was lost: try again.');
  }
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok) return answer as T;
  const refused = refusal(response, answer);
  if (refused.code !== undefined && SIGNED_OUT.has(refused.code)) sessionDoubted();
  throw refused;
}

function refusal({ status, headers }: Response, answer: unknown): Refused {
  const {
    code,
    message,
    field: named,
  } = (typeof answer === 'object' && answer !== null ? answer : {}) as {
    code?: string;
    message?: string | string[];
    field?: string;
  };
  const { field = named, says } = REASONS[code ?? ''] ?? {};
  const given = Array.isArray(message) ? message.join(' ') : message;
  const text = status === 429 ? later(headers) : (says ?? sentence(given ?? `Refused (${status})`));
  return new Refused(text, field === undefined ? {} : { [field]: text }, code);
}

function later(headers: Headers): string {
  const seconds = Number(headers.get('retry-after') ?? headers.get('x-retry-after'));
  const when = seconds > 90 ? `in ${Math.ceil(seconds / 60)} minutes` : 'in a minute';
  return `Too many tries. Try again ${when}.`;
}

const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}`.replace(/(?<![.\s])[.\s]+$/, '') + '.';
