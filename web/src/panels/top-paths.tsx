import { BarList } from '../charts/bar-list.js';
import { TextFilter } from '../controls/text-filter.js';
import { formatNumber, formatShare } from '../format.js';
import type { TopPathsPanelFragment } from '../gql/graphql.js';
import { Skeleton } from '../ui/skeleton.js';

/** The API's own bound on one page of paths. */
const MOST = 500;
export const PATHS_AT_FIRST = 10;
const MORE = 20;
const LONGEST_PATH = 2_000;

interface Props {
  readonly site: TopPathsPanelFragment | undefined;
  /** Older rows are shown while newer ones are on their way. */
  readonly busy: boolean;
  /** There is nothing to show, and nothing on its way. */
  readonly failed: boolean;
  readonly prefix: string;
  readonly first: number;
  readonly onPrefix: (prefix: string) => void;
  readonly onFirst: (first: number) => void;
}

/** The most viewed paths with their share of all views. "Show more" lengthens the list, so that pushes keep all of it current. */
export function TopPathsPanel({ site, busy, failed, prefix, first, onPrefix, onFirst }: Props) {
  return (
    <section className="card top-paths" aria-labelledby="paths-title" aria-busy={busy || !site}>
      <header className="card-header">
        <h2 id="paths-title">Top paths</h2>
        <TextFilter
          label="Show paths that start with"
          placeholder="Starts with, e.g. /blog"
          value={prefix}
          longest={LONGEST_PATH}
          onChange={onPrefix}
        />
      </header>
      {site ? (
        <Paths connection={site.topPaths} prefix={prefix} busy={busy} first={first} onFirst={onFirst} />
      ) : failed ? (
        <p className="card-empty">The paths could not be loaded. They are asked for again by themselves.</p>
      ) : (
        <PathsSkeleton />
      )}
    </section>
  );
}

type PathsProps = Pick<Props, 'busy' | 'prefix' | 'first' | 'onFirst'> & {
  connection: TopPathsPanelFragment['topPaths'];
};

function Paths({ connection, prefix, busy, first, onFirst }: PathsProps) {
  const { nodes, totalCount } = connection;
  if (nodes.length === 0) {
    return (
      <p className="card-empty" role="status">
        {prefix === '' ? 'No page views in this range.' : <>No viewed path starts with “{prefix}”.</>}
      </p>
    );
  }
  const longest = nodes[0]?.views ?? 1;
  const more = Math.min(totalCount, MOST) > nodes.length;
  return (
    <>
      <BarList
        caption="Paths by page views"
        columns={['Path', 'Views', 'Share']}
        bars={nodes.map(({ path, views, share }) => ({
          name: path,
          length: views / longest,
          value: formatNumber(views),
          share: formatShare(share),
        }))}
      />
      <footer className="card-footer">
        <p role="status">
          {nodes.length === totalCount
            ? `${formatNumber(totalCount)} ${totalCount === 1 ? 'path' : 'paths'}`
            : `${formatNumber(nodes.length)} of ${formatNumber(totalCount)} paths`}
          {totalCount > MOST && nodes.length >= MOST && '; filter to see the others'}
        </p>
        {more && (
          <button
            type="button"
            className="button quiet"
            aria-disabled={busy}
            onClick={() => !busy && onFirst(Math.min(MOST, first + MORE))}
          >
            {busy ? 'Loading…' : 'Show more'}
          </button>
        )}
      </footer>
    </>
  );
}

function PathsSkeleton() {
  return (
    <div className="paths-skeleton">
      {Array.from({ length: PATHS_AT_FIRST }, (_, index) => (
        <Skeleton key={index} width={`${92 - index * 7}%`} height="1.75rem" />
      ))}
    </div>
  );
}
