import { BUILT_IN_TYPES } from './event-types.js';
import type { PropertyDefinition } from './types/definition.js';

/** The list in docs/event-types.md, made from the types themselves. */
export function eventTypesTable(): string {
  const rows = BUILT_IN_TYPES.map(
    ({ name, description, properties }) =>
      `| \`${name}\` | ${description} | ${properties.map(propertyText).join(', ') || '–'} |`,
  );
  return ['| type | when | properties |', '| --- | --- | --- |', ...rows].join('\n');
}

function propertyText({ name, kind, from, to }: PropertyDefinition): string {
  const bounds = from === undefined ? '' : to === undefined ? `, at least ${from}` : `, ${from} to ${to}`;
  return `\`${name}\` (${kind}${bounds})`;
}
