import { formatNumber } from '../../format.js';
import { ValuesTable } from '../../ui/values-table.js';
import type { Generation } from './generation.js';

/** Where each generation stands in each partition of the log, in record batches. */
export function Positions({ generations }: { generations: readonly Generation[] }) {
  const [first] = generations;
  if (!first || first.partitions.length === 0) return null;
  return (
    <details className="positions">
      <summary>Positions by partition</summary>
      <ValuesTable
        label={`Positions of ${first.name}`}
        columns={[
          'Partition',
          ...generations.map(({ generation, status }) => `${generation}, ${status}`),
          'Head',
        ]}
      >
        {first.partitions.map(({ partition, head }) => (
          <tr key={partition}>
            <th scope="row">{partition}</th>
            {generations.map(({ generation, partitions }) => (
              <td key={generation}>
                {formatNumber(partitions.find((each) => each.partition === partition)?.checkpoint ?? 0)}
              </td>
            ))}
            <td>{formatNumber(head)}</td>
          </tr>
        ))}
      </ValuesTable>
    </details>
  );
}
