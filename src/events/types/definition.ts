/** What a property may hold. `amount`: money, in the units that its currency is counted in, such as 12.50. */
export const PROPERTY_KINDS = [
  'text',
  'number',
  'integer',
  'boolean',
  'time',
  'amount',
  'currency',
  'list',
  'object',
] as const;

export type PropertyKind = (typeof PROPERTY_KINDS)[number];

export interface PropertyDefinition {
  readonly name: string;
  readonly kind: PropertyKind;
  readonly required?: boolean;
  /** Of numbers, both included. */
  readonly from?: number;
  readonly to?: number;
}

/** What is known of an event type: by the product, or as a site defined it. */
export interface EventTypeDefinition {
  readonly properties: readonly PropertyDefinition[];
  /** An event whose properties are not as defined is refused; else it is stored, with a warning. */
  readonly strict?: boolean;
}

/** An event type that ships with the product: one file, and a line in the list (../event-types.ts). */
export interface BuiltInEventType<Name extends string = string> extends EventTypeDefinition {
  readonly name: Name;
  readonly description: string;
  /** Read models count it as a view of the page that it names. */
  readonly pageView?: true;
}

export function builtIn<const Name extends string>(type: BuiltInEventType<Name>): BuiltInEventType<Name> {
  return type;
}
