import { useState } from 'react';
import { reasonOf } from '../apollo/reason.js';
import type { SetView } from '../controls/use-view.js';
import type { View } from '../controls/view.js';
import { formatMomentIn, formatNumber, formatRange } from '../format.js';
import { AUDIENCE_AT_FIRST, AudiencePanels } from '../panels/audience.js';
import { DifferencePanel } from '../panels/difference.js';
import { FiguresPanel } from '../panels/figures.js';
import { PATHS_AT_FIRST, TopPathsPanel } from '../panels/top-paths.js';
import { TrafficPanel } from '../panels/traffic.js';
import { Message } from '../ui/message.js';
import { type Making, useAsOf } from './use-as-of.js';

interface Props {
  readonly siteId: string;
  readonly name: string;
  readonly timeZone: string;
  readonly view: View;
  readonly asOf: string;
  readonly today: string;
  readonly setView: SetView;
}

/** One site as it was, against now. Nothing here moves by itself. */
export function OverviewAsOf({ siteId, name, timeZone, view, asOf, today, setView }: Props) {
  const { range, prefix, tabs } = view;
  const [first, setFirst] = useState(PATHS_AT_FIRST);
  const [rows, setRows] = useState(AUDIENCE_AT_FIRST);
  const shown = { siteId, asOf, range, prefix, first, tabs, rows };
  const { data, loading, making, failure, again } = useAsOf(shown);
  const site = data?.site ?? undefined;
  const then = site?.asOf ?? undefined;
  const busy = loading || making !== undefined;
  const zone = site?.timeZone ?? timeZone;
  return (
    <>
      <div className="page-title">
        <div>
          <h1>{name}</h1>
          <p className="note">
            {formatRange(range)} <span className="dot">·</span> days in {zone}
          </p>
        </div>
      </div>
      <div className="notice as-of-notice" role="status">
        <p>
          <strong>As it was at {formatMomentIn(asOf, timeZone)}</strong>{' '}
          {then &&
            (then.position === null
              ? 'Nothing was stored by then.'
              : `Log position ${then.position}, settings revision ${then.settingsRevision}.`)}{' '}
          {busy && <Progress making={making} />}
        </p>
        <button type="button" className="button" onClick={() => setView({ asOf: undefined, site: siteId })}>
          Back to now
        </button>
      </div>
      {failure ? (
        <Message
          kind="error"
          title="The figures of then could not be loaded"
          action={{ label: 'Try again', run: again, icon: 'retry' }}
        >
          <p>{reasonOf(failure)}</p>
        </Message>
      ) : (
        <div className="panels" aria-busy={busy} data-stale={busy && site !== undefined}>
          <FiguresPanel site={site} />
          <DifferencePanel then={then} />
          <TrafficPanel
            site={site}
            now={clockOf(asOf, site?.hourlyStats?.[0]?.hour)}
            today={today}
            timeZone={zone}
          />
          <TopPathsPanel
            site={site}
            busy={busy}
            failed={false}
            prefix={prefix}
            first={first}
            onPrefix={(next) => {
              setFirst(PATHS_AT_FIRST);
              setView({ prefix: next, site: siteId }, 'replace');
            }}
            onFirst={setFirst}
          />
          <AudiencePanels
            site={site}
            busy={busy}
            failed={false}
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

/** Hours behind the moment are not drawn; where all of them are, they are zeros. */
function clockOf(asOf: string, firstHour: string | undefined): number {
  const time = Date.parse(asOf);
  return firstHour !== undefined && Date.parse(firstHour) > time ? Infinity : time;
}

function Progress({ making }: { making: Making | undefined }) {
  const { eventsDone = 0, eventsTotal = 0 } = making ?? {};
  if (eventsTotal === 0) return <>Looking it up …</>;
  return (
    <>
      Counting: {formatNumber(eventsDone)} of about {formatNumber(eventsTotal)} events{' '}
      <progress max={eventsTotal} value={eventsDone} />
    </>
  );
}
