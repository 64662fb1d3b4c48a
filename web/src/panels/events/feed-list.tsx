import type { ReactNode } from 'react';
import { formatNumber } from '../../format.js';
import { Announcement } from '../../ui/announcement.js';
import { Icon } from '../../ui/icon.js';
import { Skeleton } from '../../ui/skeleton.js';
import { FeedItemLine } from './feed-item.js';
import { ROWS, type Feed } from './feed-rows.js';

interface Props {
  readonly feed: Feed;
  /** That the page is about; of others the name is shown. */
  readonly site: string | undefined;
  readonly onPause: () => void;
  readonly onResume: () => void;
  /** Stands where the list would be while nothing came. */
  readonly empty: ReactNode;
}

/** The calls as they come in, stored and refused side by side, newest first. */
export function FeedList({ feed, site, onPause, onResume, empty }: Props) {
  const { rows, held, paused, skipped, stored, refused, live } = feed;
  return (
    <section className="card feed" aria-labelledby="feed-title" aria-busy={!live}>
      <header className="card-header">
        <h2 id="feed-title">{paused ? 'Paused' : 'As they come in'}</h2>
        <p className="note feed-counts">
          {formatNumber(stored)} stored, {formatNumber(refused)} refused
          {skipped > 0 && `, ${formatNumber(skipped)} came too fast to be shown`}
        </p>
        <button type="button" className="button feed-pause" onClick={paused ? onResume : onPause}>
          <Icon name={paused ? 'play' : 'pause'} />
          {paused ? `Go on${held.length > 0 ? ` with ${formatNumber(held.length)} new` : ''}` : 'Pause'}
        </button>
      </header>
      <Announcement
        text={live && !paused ? `${formatNumber(stored)} stored, ${formatNumber(refused)} refused` : ''}
      />
      <span className="visually-hidden" role="status">
        {paused && 'Paused. New calls wait until you go on.'}
      </span>
      {!live ? (
        <p className="panel-text">
          <Skeleton height="2em" />
        </p>
      ) : rows.length === 0 ? (
        <div className="feed-empty">{empty}</div>
      ) : (
        <ol className="feed-list" aria-label="Events, newest first">
          {rows.map((row) => (
            <FeedItemLine key={row.id} row={row} site={site} onOpen={onPause} />
          ))}
        </ol>
      )}
      {rows.length === ROWS && <p className="card-footer">The newest {ROWS} are shown.</p>}
    </section>
  );
}
