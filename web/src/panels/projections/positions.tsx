import { formatNumber } from '../../format.js';
import type { Generation } from './generation.js';

/** Where each generation stands in each partition of the log, in record batches. */
export function Positions({ generations }: { generations: readonly Generation[] }) {
  const [first] = generations;
  if (!first || first.partitions.length === 0) return null;
  return (
    <details className="positions">
      <summary>Positions by partition</summary>
      <div className="table-wide" tabIndex={0} role="region" aria-label={`Positions of ${first.name}`}>
        <table className="values">
          <thead>
            <tr>
              <th scope="col">Partition</th>
              {generations.map(({ generation, status }) => (
                <th key={generation} scope="col">
                  {generation}, {status}
                </th>
              ))}
              <th scope="col">Head</th>
            </tr>
          </thead>
          <tbody>
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
          </tbody>
        </table>
      </div>
    </details>
  );
}
