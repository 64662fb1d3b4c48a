import { formatNumber } from '../../format.js';
import type { LogPanelFragment } from '../../gql/graphql.js';
import { Icon } from '../../ui/icon.js';
import { Skeleton } from '../../ui/skeleton.js';
import { useLasting } from '../../ui/use-lasting.js';
import { ValuesTable } from '../../ui/values-table.js';
import { formatPerSecond } from './format.js';

interface Partition {
  readonly partition: number;
  readonly head: number;
  /** Of the served read model that is furthest behind. */
  readonly lag: number;
  readonly rate: number;
  readonly held: boolean;
  /** Names the projector. */
  readonly owner: string | null;
  readonly stoppedReason: string | null;
}

/** A partition goes from one projector to the next in less. */
const ABANDONED_AFTER_MS = 3_000;

/** The log's partitions: how fast each is projected, how far what is served is behind, and why one stands still. */
export function LogPanel({ projections }: { projections: readonly LogPanelFragment[] | undefined }) {
  const partitions = projections && partitionsOf(projections);
  const abandoned = partitions?.filter(({ held }) => !held).map(({ partition }) => partition) ?? [];
  const projectors = new Set(partitions?.flatMap(({ held, owner }) => (held ? (owner ?? []) : []))).size;
  const lasting = useLasting(abandoned.length > 0, ABANDONED_AFTER_MS);
  return (
    <section className="card log" aria-labelledby="log-title">
      <header className="card-header">
        <h2 id="log-title">The log</h2>
        <p className="note">Record batches, and how far the served figures are behind</p>
      </header>
      <ValuesTable
        label="Partitions"
        columns={['Partition', 'Events/s', 'Lag', 'Head', ...(projectors > 1 ? ['Projector'] : [])]}
        below={
          <>
            {partitions === undefined && <TableSkeleton />}
            {partitions?.length === 0 && <p className="card-empty">The log has no partitions yet.</p>}
          </>
        }
      >
        {partitions?.map(({ partition, head, lag, rate, held, owner, stoppedReason }) => (
          <tr key={partition} data-partition={partition}>
            <th scope="row">
              {partition}
              {stoppedReason !== null && <strong className="stopped"> stopped</strong>}
            </th>
            <td>{formatPerSecond(rate)}</td>
            <td>{formatNumber(lag)}</td>
            <td>{formatNumber(head)}</td>
            {projectors > 1 && <td>{held ? owner : '–'}</td>}
          </tr>
        ))}
      </ValuesTable>
      {lasting && (
        <p className="stopped-reason" role="alert">
          <Icon name="warning" />
          <span>
            <strong>
              {abandoned.length === partitions?.length
                ? 'No projector runs.'
                : `No projector holds partition ${abandoned.join(', ')}.`}
            </strong>{' '}
            Events are stored and wait in the log; the figures stand still until a projector is started.
          </span>
        </p>
      )}
      {partitions
        ?.filter(({ stoppedReason }) => stoppedReason !== null)
        .map(({ partition, stoppedReason }) => (
          <p key={partition} className="stopped-reason" role="alert">
            <Icon name="warning" />
            <span>
              <strong>Partition {partition} has stopped.</strong> {stoppedReason}
            </span>
          </p>
        ))}
    </section>
  );
}

function TableSkeleton() {
  return (
    <div className="rows-skeleton">
      {Array.from({ length: 4 }, (_, index) => (
        <Skeleton key={index} height="1.25rem" />
      ))}
    </div>
  );
}

function partitionsOf(projections: readonly LogPanelFragment[]): Partition[] {
  const found = new Map<number, Partition>();
  for (const { status, partitions } of projections) {
    for (const { partition, head, lag, rate, held, owner, stoppedReason } of partitions) {
      const known = found.get(partition);
      const served = status === 'served';
      const behind = Math.max(known?.lag ?? 0, served ? lag : 0);
      found.set(partition, {
        partition,
        head: Math.max(known?.head ?? 0, head),
        lag: behind,
        // A build has a rate of its own while it is behind.
        rate: served ? rate : (known?.rate ?? 0),
        held,
        owner,
        stoppedReason,
      });
    }
  }
  return [...found.values()].sort((a, b) => a.partition - b.partition);
}
