import { shapeOf } from './shape.js';
import { createTables } from './table.js';
import type { Projection } from './types.js';
import { upsertText } from './upsert.js';

/** What a projection comes to in SQL, for its first generation: the committed `projections/sql/<name>.sql`. */
export function renderSql(p: Projection): string {
  const parts = [...createTables(p, 1), upsertText(shapeOf(p, 1))].map((statement) => `${statement};\n`);
  return `-- ${p.name}, version ${p.version}. Generated from its definition by \`npm run generate\`; a test keeps it fresh.\n\n${parts.join('\n')}`;
}
