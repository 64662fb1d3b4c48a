import type { EventTypeDefinition, PropertyDefinition } from './definition.js';
import { propertyFault } from './property-fault.js';

export interface Checked {
  /** Why the event is refused. */
  readonly refused: readonly string[];
  /** Why it is stored with a warning. */
  readonly warnings: readonly string[];
}

const fine: Checked = { refused: [], warnings: [] };

/**
 * The properties of an event against what its type says of them; others may be there. A wrong amount is always refused:
 * it would be stored and make a wrong sum.
 */
export function checkProperties(
  { properties: defined, strict = false }: EventTypeDefinition,
  properties: Readonly<Record<string, unknown>>,
): Checked {
  const faults = defined.flatMap((each) => {
    const fault = faultOf(each, defined, properties);
    return fault === undefined
      ? []
      : [{ refuses: strict || isMoney(each), words: `properties.${each.name}${fault}` }];
  });
  if (faults.length === 0) return fine;
  return {
    refused: faults.flatMap(({ refuses, words }) => (refuses ? [words] : [])),
    warnings: faults.flatMap(({ refuses, words }) => (refuses ? [] : [words])),
  };
}

function faultOf(
  property: PropertyDefinition,
  defined: readonly PropertyDefinition[],
  properties: Readonly<Record<string, unknown>>,
): string | undefined {
  const value = Object.hasOwn(properties, property.name) ? properties[property.name] : undefined;
  if (value == null) return property.required ? ` must be there (${property.kind})` : undefined;
  const currency = property.kind === 'amount' && defined.find(({ kind }) => kind === 'currency');
  return propertyFault(property, value, currency ? properties[currency.name] : undefined);
}

const isMoney = ({ kind }: PropertyDefinition): boolean => kind === 'amount' || kind === 'currency';
