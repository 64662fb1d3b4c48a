import type { RuleFault } from '../site-rules/validate-site-rule.js';
import { propertyLimits } from '../properties.js';
import { PROPERTY_KINDS, type PropertyDefinition, type PropertyKind } from './definition.js';

const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/u;

export type ReadDefinitions =
  | { readonly valid: true; readonly properties: readonly PropertyDefinition[] }
  | { readonly valid: false; readonly faults: readonly RuleFault[] };

/** The properties that a site says an event type carries: `[{"name": "plan", "kind": "text", "required": true}]`. */
export function readDefinitions(input: unknown): ReadDefinitions {
  if (!Array.isArray(input)) return refused('properties', 'must be a list of {name, kind, required}');
  if (input.length > propertyLimits.keys)
    return refused('properties', `must be at most ${propertyLimits.keys} properties`);
  const faults: RuleFault[] = [];
  const seen = new Set<string>();
  const properties = input.flatMap((given: unknown, index): PropertyDefinition[] => {
    const at = `properties[${index}]`;
    const read = readDefinition(given, at, seen);
    if (!('name' in read)) {
      faults.push(read);
      return [];
    }
    seen.add(read.name);
    return [read];
  });
  return faults.length > 0 ? { valid: false, faults } : { valid: true, properties };
}

function readDefinition(
  given: unknown,
  at: string,
  seen: ReadonlySet<string>,
): PropertyDefinition | RuleFault {
  const fault = (field: string, words: string) => ({ field, message: `${field} ${words}` });
  if (typeof given !== 'object' || given === null)
    return fault(at, 'must be an object: {name, kind, required}');
  const { name, kind, required } = given as Record<string, unknown>;
  if (!isPropertyName(name))
    return fault(
      `${at}.name`,
      `must be 1 to ${propertyLimits.keyLength} printable characters, and not __proto__`,
    );
  if (seen.has(name)) return fault(`${at}.name`, 'must not be there twice');
  if (!isKind(kind)) return fault(`${at}.kind`, `must be one of ${PROPERTY_KINDS.join(', ')}`);
  if (required != null && typeof required !== 'boolean')
    return fault(`${at}.required`, 'must be true or false');
  return required ? { name, kind, required } : { name, kind };
}

const isKind = (value: unknown): value is PropertyKind =>
  (PROPERTY_KINDS as readonly unknown[]).includes(value);

const isPropertyName = (value: unknown): value is string =>
  typeof value === 'string' &&
  value.length >= 1 &&
  value.length <= propertyLimits.keyLength &&
  value !== '__proto__' &&
  !UNPRINTABLE.test(value);

const refused = (field: string, words: string): ReadDefinitions => ({
  valid: false,
  faults: [{ field, message: `${field} ${words}` }],
});
