import { ValuesTable } from '../../ui/values-table.js';

export interface ExampleRow {
  readonly site: string;
  /** JSON text: the key columns. */
  readonly key: string;
  /** JSON text: the measures; null where there is no row. */
  readonly served: string | null;
  readonly candidate: string | null;
}

interface Props {
  readonly examples: readonly ExampleRow[];
  readonly names: readonly [served: string, candidate: string];
}

/** Some of the rows that differ, so that one can see why. */
export function Examples({ examples, names }: Props) {
  return (
    <details className="examples" open>
      <summary>Rows that differ, for example</summary>
      <ValuesTable label="Rows that differ" columns={['Row', ...names]}>
        {examples.map(({ site, key, served, candidate }) => (
          <tr key={`${site} ${key}`}>
            <th scope="row">{[`site ${site}`, ...columns(key)].join(', ')}</th>
            <td>{served === null ? 'no row' : columns(served).join(', ')}</td>
            <td>{candidate === null ? 'no row' : columns(candidate).join(', ')}</td>
          </tr>
        ))}
      </ValuesTable>
    </details>
  );
}

const columns = (json: string): string[] =>
  Object.entries(JSON.parse(json) as Record<string, unknown>).map(
    ([column, value]) => `${column} ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
