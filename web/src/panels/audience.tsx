import { useId } from 'react';
import { BarList } from '../charts/bar-list.js';
import { CARDS, TABS, type AudienceCard, type AudienceTabs } from '../controls/audience-tabs.js';
import { formatNumber, formatShare } from '../format.js';
import type { AudiencePanelsFragment } from '../gql/graphql.js';
import { Skeleton } from '../ui/skeleton.js';
import { Tabs } from '../ui/tabs.js';
import { NAMES, nameOf } from './audience-names.js';

/** The API's own bound on one page of values. */
const MOST = 500;
const ROWS_AT_FIRST = 8;
const MORE = 20;

/** How many rows each card shows at most. */
export type AudienceRows = Readonly<Record<AudienceCard, number>>;
export const AUDIENCE_AT_FIRST: AudienceRows = {
  sources: ROWS_AT_FIRST,
  devices: ROWS_AT_FIRST,
  locales: ROWS_AT_FIRST,
};

const TITLES: Readonly<Record<AudienceCard, string>> = {
  sources: 'Sources',
  devices: 'Devices',
  locales: 'Places and languages',
};

interface Props {
  readonly site: AudiencePanelsFragment | undefined;
  /** Older rows are shown while newer ones are on their way. */
  readonly busy: boolean;
  /** There is nothing to show, and nothing on its way. */
  readonly failed: boolean;
  readonly tabs: AudienceTabs;
  readonly rows: AudienceRows;
  readonly onTabs: (tabs: AudienceTabs) => void;
  readonly onRows: (rows: AudienceRows) => void;
}

/** Page views by where they came from and what was used: a card each for sources, devices and locales. */
export function AudiencePanels({ site, busy, failed, tabs, rows, onTabs, onRows }: Props) {
  return (
    <div className="audience">
      {CARDS.map((card) => (
        <Card
          key={card}
          card={card}
          connection={connectionOf(site?.[card], tabs[card])}
          busy={busy}
          failed={failed}
          selected={tabs[card]}
          onSelect={(tab) => {
            onRows({ ...rows, [card]: ROWS_AT_FIRST });
            onTabs({ ...tabs, [card]: tab });
          }}
          onMore={() => onRows({ ...rows, [card]: Math.min(MOST, rows[card] + MORE) })}
        />
      ))}
    </div>
  );
}

type Dimension = (typeof TABS)[AudienceCard][number];
type Connection = NonNullable<AudiencePanelsFragment[AudienceCard]>;

/** What is there may be of the tab that was left. The tabs of a card are filled together: null is null for each. */
function connectionOf(connection: Connection | null | undefined, tab: Dimension): CardProps['connection'] {
  return connection === null || connection?.dimension === tab ? connection : undefined;
}

interface CardProps {
  readonly card: AudienceCard;
  /** Null while its read model is filled and none is served. */
  readonly connection: Connection | null | undefined;
  readonly busy: boolean;
  readonly failed: boolean;
  readonly selected: Dimension;
  readonly onSelect: (tab: Dimension) => void;
  readonly onMore: () => void;
}

function Card({ card, connection, busy, failed, selected, onSelect, onMore }: CardProps) {
  const id = useId();
  const tabs: readonly Dimension[] = TABS[card];
  return (
    <section
      className="card"
      data-audience={card}
      aria-labelledby={`${id}-title`}
      aria-busy={busy || connection === undefined}
    >
      <header className="card-header">
        <h2 id={`${id}-title`}>{TITLES[card]}</h2>
      </header>
      <Tabs
        id={id}
        label={TITLES[card]}
        tabs={tabs.map((value) => ({ value, name: NAMES[value].tab }))}
        selected={selected}
        onSelect={onSelect}
      >
        {connection ? (
          <Values connection={connection} busy={busy} onMore={onMore} />
        ) : connection === null ? (
          <p className="card-empty" role="status">
            Being counted from the log.
          </p>
        ) : failed ? (
          <p className="card-empty">This could not be loaded. It is asked for again by itself.</p>
        ) : (
          <ValuesSkeleton />
        )}
      </Tabs>
    </section>
  );
}

function Values({
  connection,
  busy,
  onMore,
}: { connection: Connection } & Pick<CardProps, 'busy' | 'onMore'>) {
  const { dimension, nodes, totalCount } = connection;
  const { one, many, none } = NAMES[dimension];
  if (nodes.length === 0) {
    return (
      <p className="card-empty" role="status">
        {none}
      </p>
    );
  }
  const longest = nodes[0]?.views ?? 1;
  const counted = `${formatNumber(totalCount)} ${totalCount === 1 ? one.replace(/^[A-Z]/, (letter) => letter.toLowerCase()) : many}`;
  return (
    <>
      <BarList
        caption={`${one} by page views`}
        columns={[one, 'Views', 'Share']}
        bars={nodes.map(({ value, views, share }) => ({
          key: value,
          name: nameOf(dimension, value),
          length: views / longest,
          value: formatNumber(views),
          share: formatShare(share),
        }))}
      />
      <footer className="card-footer">
        <p role="status">
          {nodes.length === totalCount ? counted : `${formatNumber(nodes.length)} of ${counted}`}
          {dimension === 'BOT' && '; they count unless a rule leaves them out'}
        </p>
        {Math.min(totalCount, MOST) > nodes.length && (
          <button
            type="button"
            className="button quiet"
            aria-disabled={busy}
            onClick={() => !busy && onMore()}
          >
            {busy ? 'Loading…' : 'Show more'}
          </button>
        )}
      </footer>
    </>
  );
}

function ValuesSkeleton() {
  return (
    <div className="values-skeleton">
      {Array.from({ length: ROWS_AT_FIRST }, (_, index) => (
        <Skeleton key={index} width={`${92 - index * 9}%`} height="1.75rem" />
      ))}
    </div>
  );
}
