import type { ConnectionState as State } from '../apollo/connection.js';
import { formatNumber } from '../format.js';
import type { LivePanelFragment } from '../gql/graphql.js';
import { Announcement } from '../ui/announcement.js';
import { Skeleton } from '../ui/skeleton.js';
import { ConnectionState } from './connection-state.js';

/** Today's page views as they are counted: each push moves the figure and lets the dot pulse once. */
export function LivePanel(props: { site: LivePanelFragment | undefined; connection: State }) {
  const { site, connection } = props;
  const views = site?.today.current.pageViews;
  return (
    <section className="live" aria-labelledby="live-title">
      <ConnectionState state={connection} moved={views} />
      <p className="live-figure">
        <strong>{views === undefined ? <Skeleton width="3ch" /> : formatNumber(views)}</strong>{' '}
        <span id="live-title">{views === 1 ? 'page view' : 'page views'} today</span>
      </p>
      <Announcement text={views === undefined ? '' : `${formatNumber(views)} page views today`} />
    </section>
  );
}
