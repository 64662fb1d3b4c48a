import { RefusedRequest } from './error-body.js';

/** Keys that would change an object's prototype once it is copied. */
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

/** Cheap test on the text, escapes included; only a text that fails it is walked. */
const SUSPICIOUS = /proto|constructor|\\u00/i;

/**
 * Of duplicate keys the last wins, as in every JavaScript engine. At the doors the rules of an event look at its keys
 * (so that one bad event does not sink its batch); anywhere else `keysChecked` refuses the body.
 */
export function parseJson(text: string, options: { keysChecked: boolean }): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new RefusedRequest(400, 'malformed_json', `body is not valid JSON${where(error)}`);
  }
  if (options.keysChecked && SUSPICIOUS.test(text)) {
    const key = forbiddenKey(value);
    if (key !== undefined)
      throw new RefusedRequest(400, 'forbidden_key', `body must not have a key "${key}"`);
  }
  return value;
}

// V8 quotes the input in its message; only the position may leave the house.
function where(error: unknown): string {
  const position = /at position (\d+)/.exec(String(error))?.[1];
  return position === undefined ? '' : ` (at character ${Number(position) + 1})`;
}

/** Iterative, because a hostile body may be nested 100,000 deep. */
export function forbiddenKey(value: unknown): string | undefined {
  const open = [value];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (typeof node !== 'object' || node === null) continue;
    for (const [key, child] of Object.entries(node)) {
      if (FORBIDDEN.has(key)) return key;
      if (typeof child === 'object' && child !== null) open.push(child);
    }
  }
  return undefined;
}
