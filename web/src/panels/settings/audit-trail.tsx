import { formatMoment } from '../../format.js';
import type { AuditEntryFragment } from '../../gql/graphql.js';
import { Skeleton } from '../../ui/skeleton.js';
import { ValuesTable } from '../../ui/values-table.js';
import { EarlierButton } from '../earlier-button.js';
import type { Earlier } from '../use-earlier.js';
import { useActorNames } from './use-actor-names.js';

interface Props {
  /** Newest first; undefined until they are there. */
  readonly entries: readonly AuditEntryFragment[] | undefined;
  readonly failed: boolean;
  readonly earlier: Earlier;
}

/** Who changed what, when, from what to what. */
export function AuditTrailPanel({ entries, failed, earlier }: Props) {
  return (
    <section className="card audit-trail" aria-labelledby="audit-title" aria-busy={!entries && !failed}>
      <header className="card-header">
        <h2 id="audit-title">Audit trail</h2>
        <p className="note">Who changed what, newest first</p>
      </header>
      {entries ? (
        entries.length === 0 ? (
          <p className="panel-text">Nothing was changed yet.</p>
        ) : (
          <Entries entries={entries} />
        )
      ) : failed ? (
        <p className="panel-text" role="alert">
          The audit trail could not be loaded. It is asked for again by itself.
        </p>
      ) : (
        <div className="panel-text rows-skeleton">
          <Skeleton width="60%" />
          <Skeleton width="50%" />
          <Skeleton width="55%" />
        </div>
      )}
      {earlier && (
        <footer className="card-footer">
          <EarlierButton earlier={earlier} />
        </footer>
      )}
    </section>
  );
}

function Entries({ entries }: { entries: readonly AuditEntryFragment[] }) {
  const nameOf = useActorNames();
  return (
    <ValuesTable label="Changes of the settings" columns={['When', 'Who', 'What', 'Before', 'After']}>
      {entries.flatMap(({ sequence, at, actor, settings }) =>
        settings.map(({ setting, before, after }) => (
          <tr key={`${sequence} ${setting}`}>
            <th scope="row">{formatMoment(at)}</th>
            <td title={actor}>{nameOf(actor)}</td>
            <td title={setting}>{shortOf(setting)}</td>
            <td>{before ?? '–'}</td>
            <td>{after ?? '–'}</td>
          </tr>
        )),
      )}
    </ValuesTable>
  );
}

/** A rule's ID says nothing to a reader; the title has it. */
const shortOf = (setting: string): string => setting.replace(/^rule [0-9a-f-]{36}$/, 'rule');
