import { useState, type ReactNode } from 'react';
import { connection, useConnection } from '../apollo/connection.js';
import { useNow } from '../controls/clock.js';
import type { View } from '../controls/view.js';
import type { SetView } from '../controls/use-view.js';
import { formatRange } from '../format.js';
import type { OverviewQuery } from '../gql/graphql.js';
import { AUDIENCE_AT_FIRST, AudiencePanels } from '../panels/audience.js';
import { FiguresPanel } from '../panels/figures.js';
import { LivePanel } from '../panels/live.js';
import { PATHS_AT_FIRST, TopPathsPanel } from '../panels/top-paths.js';
import { TrafficPanel } from '../panels/traffic.js';
import { Message } from '../ui/message.js';
import { AwayNotice, NotLoaded } from './away-notice.js';
import { useOverview } from './use-overview.js';

interface Props {
  readonly siteId: string;
  /** As people know it. */
  readonly name: string;
  readonly timeZone: string;
  readonly view: View;
  readonly today: string;
  readonly setView: SetView;
  /** It takes no events any more. */
  readonly archived: boolean;
  /** In place of everything, while the site has no events at all. */
  readonly noEvents?: ReactNode;
}

/** One site, one range. Give it the site as `key`: nothing of one site is ever shown under the name of another. */
export function Overview({ siteId, name, timeZone, view, today, setView, archived, noEvents }: Props) {
  const { range, prefix, tabs } = view;
  const [first, setFirst] = useState(PATHS_AT_FIRST);
  const [rows, setRows] = useState(AUDIENCE_AT_FIRST);
  const shown = { siteId, range, today, prefix, first, tabs, rows };
  const { figures, paths, audience, retry, failure } = useOverview(shown);
  const { state } = useConnection();
  const now = useNow();

  // While another range loads, the last one stays and is marked as busy.
  const answer = figures.data ?? (figures.loading ? figures.previousData : undefined);
  const site = answer?.site ?? undefined;
  const pathsAnswer = paths.data ?? (paths.loading ? paths.previousData : undefined);
  const audienceAnswer = audience.data ?? (audience.loading ? audience.previousData : undefined);
  const busy = figures.loading && !figures.data && site !== undefined;
  const failed = failure !== undefined;

  const retryNow = () => {
    connection.retryNow();
    retry();
  };

  if (site && !site.coverage && !failed && noEvents) return noEvents;
  return (
    <>
      <div className="page-title">
        <div>
          <h1>{name}</h1>
          <p className="note">
            {archived && (
              <>
                archived <span className="dot">·</span>{' '}
              </>
            )}
            {formatRange(range)} <span className="dot">·</span> days in {timeZone}
            {range.to >= today && <span className="partial"> · today is still running</span>}
          </p>
        </div>
        <LivePanel site={site} connection={state} />
      </div>
      {site && <AwayNotice failed={failed} onRetry={retryNow} />}
      {failed && !site ? (
        <NotLoaded
          what="The figures"
          failure={failure}
          onRetry={retryNow}
          comfort="Events already accepted are safe in the log."
        />
      ) : site && isEmpty(site) && !busy ? (
        <EmptyRange site={site} archived={archived} setView={setView} />
      ) : (
        <div className="panels" aria-busy={busy || !site} data-stale={busy}>
          <FiguresPanel site={site} />
          <TrafficPanel site={site} now={now} today={today} timeZone={timeZone} />
          <TopPathsPanel
            site={pathsAnswer?.site ?? undefined}
            busy={paths.loading && !paths.data}
            failed={paths.failure !== undefined && !paths.data}
            prefix={prefix}
            first={first}
            onPrefix={(next) => {
              setFirst(PATHS_AT_FIRST);
              setView({ prefix: next, site: siteId }, 'replace');
            }}
            onFirst={setFirst}
          />
          <AudiencePanels
            site={audienceAnswer?.site ?? undefined}
            busy={audience.loading && !audience.data}
            failed={audience.failure !== undefined && !audience.data}
            tabs={tabs}
            rows={rows}
            onTabs={(next) => setView({ tabs: next, site: siteId }, 'replace')}
            onRows={setRows}
          />
        </div>
      )}
    </>
  );
}

type SiteData = NonNullable<OverviewQuery['site']>;

const isEmpty = ({ totals: { current, previous } }: SiteData): boolean =>
  current.events === 0 && previous.events === 0;

interface EmptyProps {
  readonly site: SiteData;
  readonly archived: boolean;
  readonly setView: SetView;
}

function EmptyRange({ site, archived, setView }: EmptyProps) {
  const { coverage } = site;
  return (
    <Message
      kind="empty"
      title="No events in this range"
      {...(coverage && {
        action: {
          label: `Show ${formatRange(coverage)}`,
          run: () => setView({ range: { from: coverage.from, to: coverage.to } }),
        },
      })}
    >
      <p>
        {coverage ? 'This site has events on other days. New ones' : 'This site has no events yet. They'}{' '}
        {archived ? 'are refused while it is archived.' : 'appear here as they arrive.'}
      </p>
    </Message>
  );
}
