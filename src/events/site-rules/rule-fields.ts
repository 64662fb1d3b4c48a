import { pathBytes, type FieldRule } from '../rules.js';
import { isSecretParameter } from '../secrets.js';
import { fitsBytes } from '../text.js';
import { patternFault } from './path-pattern.js';
import {
  botClasses,
  maxCountries,
  maxParameterLength,
  maxParameters,
  maxPatternLength,
} from './site-rule.js';

// What the fields of a rule may hold; each gives the end of a sentence that begins with the field's name.

const control = /\p{Cc}/u;
// With these a name would be another one when it is read back from the path.
const unfitInName = /[\p{C}\s?&=#+%]/u;

export const personRule: FieldRule = (value) => {
  if (typeof value !== 'string') return ' must be a string of 1 to 200 characters';
  if (value.includes('\0')) return ' must not contain the NUL character';
  const length = value.trim().length;
  return length < 1 || length > 200 ? ' must be 1 to 200 characters' : undefined;
};

/** A path as it is stored: without query and fragment. */
const plainPathRule: FieldRule = (value) => {
  if (typeof value !== 'string' || value === '')
    return ' must be a path that starts with "/", such as "/pricing"';
  if (!value.startsWith('/')) {
    return value.includes('://')
      ? ' must start with "/": write "/pricing", not "https://example.com/pricing"'
      : ' must start with "/", such as "/pricing"';
  }
  if (control.test(value)) return ' must not contain control characters';
  const mark = /[?#]/.exec(value)?.[0];
  if (mark === undefined) return undefined;
  return ` must not contain "${mark}": rules see a path without its query, and keep_query keeps parameters`;
};

export const patternRule: FieldRule = (value) =>
  plainPathRule(value) ?? tooLong(value as string) ?? patternFault(value as string);

export const templateRule: FieldRule = (value) =>
  plainPathRule(value) ?? tooLong(value as string) ?? withStar(value as string, 'write "/users/:id" instead');

export const mergedPathRule: FieldRule = (value) => {
  const fault = plainPathRule(value);
  if (fault !== undefined) return fault;
  if (!fitsBytes(value as string, pathBytes)) return ' must be at most 2,000 bytes';
  return withStar(value as string, 'use a path_template rule for a pattern');
};

function tooLong(value: string): string | undefined {
  return value.length > maxPatternLength ? ` must be at most ${maxPatternLength} characters` : undefined;
}

function withStar(value: string, instead: string): string | undefined {
  return value.includes('*') ? ` must be one path, without "*": ${instead}` : undefined;
}

export const parametersRule: FieldRule = (value) => {
  if (!Array.isArray(value) || value.length < 1 || value.length > maxParameters) {
    return ` must be a list of 1 to ${maxParameters} names of query parameters, such as ["q"]`;
  }
  for (const name of value as unknown[]) {
    if (typeof name !== 'string' || name.length < 1 || name.length > maxParameterLength) {
      return ` must hold names of 1 to ${maxParameterLength} characters`;
    }
    if (unfitInName.test(name)) {
      return ` must hold names as they read when decoded, without spaces and ? & = # + %, not ${JSON.stringify(name)}`;
    }
    if (isSecretParameter(name)) return ` must not hold "${name}": it is removed before an event is stored`;
  }
  return new Set(value).size === value.length ? undefined : ' must name each parameter once';
};

export const countriesRule: FieldRule = (value) => {
  const fit =
    Array.isArray(value) &&
    value.length >= 1 &&
    value.length <= maxCountries &&
    value.every((each) => typeof each === 'string' && /^[A-Za-z]{2}$/.test(each));
  if (!fit) return ` must be a list of 1 to ${maxCountries} countries by their two letters, such as ["DE"]`;
  const names = (value as string[]).map((name) => name.toUpperCase());
  return new Set(names).size === names.length ? undefined : ' must name each country once';
};

/** May be left out. */
export const botClassesRule: FieldRule = (value) => {
  if (value == null) return undefined;
  const known: readonly unknown[] = botClasses;
  if (!Array.isArray(value) || value.length < 1 || !value.every((each) => known.includes(each)))
    return ` must be left out, for all bots, or a list of ${botClasses.join(', ')}`;
  return new Set(value).size === value.length ? undefined : ' must name each class once';
};
