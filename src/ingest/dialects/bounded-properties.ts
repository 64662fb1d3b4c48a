import { propertiesFault, propertyLimits } from '#events/properties.js';
import { cutToBytes, utf8Bytes } from '#events/text.js';

type Fields = Readonly<Record<string, unknown>>;

/** Room for the marker, and for what escapes add. */
const SPARE = 64;

/**
 * Properties as they are where they keep to an event's bounds. Other products have wider ones, and an event counts more than
 * the last of its properties: what is nested too deeply becomes text, what is too long is cut, what is too much is left
 * out, and `truncated: true` says so.
 */
export function boundedProperties(properties: Fields): Record<string, unknown> {
  if (propertiesFault(properties) === undefined) return { ...properties };
  const entries = Object.entries(bounded(properties, 1) as Fields).slice(0, propertyLimits.keys - 1);
  const sizes = new Map(entries.map(([key, value]) => [key, utf8Bytes(JSON.stringify({ [key]: value }))]));
  let total = SPARE + [...sizes.values()].reduce((sum, size) => sum + size, 0);
  const largest = [...sizes].sort(([, one], [, other]) => other - one);
  for (const [key, size] of largest) {
    if (total <= propertyLimits.bytes) break;
    total -= size;
    sizes.delete(key);
  }
  return { ...Object.fromEntries(entries.filter(([key]) => sizes.has(key))), truncated: true };
}

function bounded(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return cutToBytes(value.replaceAll('\0', ''), propertyLimits.stringBytes);
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'object' || value === null) return value;
  if (depth > propertyLimits.depth) return bounded(asText(value), depth);
  if (Array.isArray(value)) return value.map((each) => bounded(each, depth + 1));
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) => {
      const name = key.replaceAll('\0', '').slice(0, propertyLimits.keyLength);
      return name === '' || name === '__proto__' || name.startsWith('constructor')
        ? []
        : [[name, bounded(each, depth + 1)]];
    }),
  );
}

function asText(value: object): string {
  try {
    return JSON.stringify(value);
  } catch {
    // Nested deeper than the stack reaches.
    return '…';
  }
}
