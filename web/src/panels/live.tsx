import { useEffect, useRef, useState } from 'react';
import type { ConnectionState as State } from '../apollo/connection.js';
import { formatNumber } from '../format.js';
import type { LivePanelFragment } from '../gql/graphql.js';
import { Skeleton } from '../ui/skeleton.js';
import { ConnectionState } from './connection-state.js';

/** Screen readers hear the figure at most this often, however fast it moves. */
const ANNOUNCE_EVERY_MS = 15_000;

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

/** Says the newest text once per interval, and nothing for the first one, which is read in place. */
function Announcement({ text }: { text: string }) {
  const [said, setSaid] = useState('');
  const newest = useRef(text);
  const first = useRef<string>(undefined);
  useEffect(() => {
    newest.current = text;
    if (text !== '') first.current ??= text;
  }, [text]);
  useEffect(() => {
    const timer = setInterval(() => {
      if (newest.current !== first.current) setSaid(newest.current);
    }, ANNOUNCE_EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <span className="visually-hidden" aria-live="polite">
      {said}
    </span>
  );
}
