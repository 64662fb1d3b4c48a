import { fitsBytes, wellFormed } from './text.js';

export const propertyLimits = {
  depth: 5,
  keys: 100,
  keyLength: 128,
  stringBytes: 8192,
  bytes: 16_384,
} as const;

interface Pending {
  readonly value: object;
  readonly at: string;
  readonly depth: number;
}

/**
 * The first fault of a properties object, as the end of a sentence that begins with `properties`; undefined when
 * there is none. Walks with a stack of its own: JSON.stringify and recursion overflow at a nesting of 5,000.
 */
export function propertiesFault(properties: unknown): string | undefined {
  if (typeof properties !== 'object' || properties === null || Array.isArray(properties)) {
    return ' must be a JSON object';
  }
  if (Object.keys(properties).length > propertyLimits.keys) {
    return ` must have at most ${propertyLimits.keys} keys`;
  }
  const pending: Pending[] = [{ value: properties, at: '', depth: 1 }];
  // At most six bytes of JSON for each UTF-16 unit; only a sum near the limit is measured exactly.
  let size = 2;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const isList = Array.isArray(next.value);
    for (const [key, value] of Object.entries(next.value) as [string, unknown][]) {
      if (!isList) {
        const fault = keyFault(key, value, next.at);
        if (fault !== undefined) return fault;
      }
      if (typeof value === 'object' && value !== null) {
        if (next.depth === propertyLimits.depth) {
          return ` must not be nested deeper than ${propertyLimits.depth} levels`;
        }
        pending.push({ value, at: `${next.at}.${key}`, depth: next.depth + 1 });
      } else {
        const fault = scalarFault(value);
        if (fault !== undefined) return `${shortened(`${next.at}.${key}`)} ${fault}`;
      }
      size += 4 + 6 * key.length + (typeof value === 'string' ? 6 * value.length : 24);
    }
  }
  if (size > propertyLimits.bytes && !fitsBytes(JSON.stringify(properties), propertyLimits.bytes)) {
    return ` must be at most ${propertyLimits.bytes.toLocaleString('en')} bytes as JSON`;
  }
  return undefined;
}

function keyFault(key: string, value: unknown, parent: string): string | undefined {
  if (key.length < 1 || key.length > propertyLimits.keyLength) {
    return `${shortened(parent)} must have keys of 1 to ${propertyLimits.keyLength} characters`;
  }
  if (key.includes('\0')) return `${shortened(parent)} must not contain the NUL character in a key`;
  const forbidden =
    key === '__proto__' ||
    key === 'constructor.prototype' ||
    (key === 'constructor' &&
      typeof value === 'object' &&
      value !== null &&
      Object.hasOwn(value, 'prototype'));
  return forbidden
    ? `${shortened(parent)} must not have the keys __proto__ or constructor.prototype`
    : undefined;
}

function scalarFault(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      if (value.includes('\0')) return 'must not contain the NUL character';
      return fitsBytes(value, propertyLimits.stringBytes)
        ? undefined
        : `must be at most ${propertyLimits.stringBytes.toLocaleString('en')} bytes`;
    case 'number':
      return Number.isFinite(value) ? undefined : 'must be a finite number';
    case 'boolean':
    case 'undefined':
    case 'object':
      return undefined;
    default:
      return 'must be a JSON value';
  }
}

function shortened(at: string): string {
  return wellFormed(at.length > 80 ? `${at.slice(0, 80)}…` : at);
}

/** A copy whose strings and keys are well-formed. Recursive: only for what was found to be nested a few levels deep. */
export function wellFormedProperties(properties: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return tidyValue(properties) as Record<string, unknown>;
}

function tidyValue(value: unknown): unknown {
  if (typeof value === 'string') return wellFormed(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(tidyValue);
  const copy: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) copy[wellFormed(key)] = tidyValue(inner);
  return copy;
}
