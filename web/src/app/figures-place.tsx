import { AsOfPicker } from '../controls/as-of-picker.js';
import { RangePicker } from '../controls/range-picker.js';
import { SitePicker } from '../controls/site-picker.js';
import { useView } from '../controls/use-view.js';
import { Overview } from '../pages/overview.js';
import { OverviewAsOf } from '../pages/overview-as-of.js';
import { FirstEvent } from '../pages/first-event.js';
import { FirstProject } from '../pages/first-project.js';
import { SendAnEvent } from '../pages/send-an-event.js';
import { useSession } from '../session/session.js';
import { ApiAway } from './api-away.js';
import { Frame } from './frame.js';
import { Loading } from './loading.js';
import { UnknownSite } from './unknown-site.js';
import { useChosenSite } from './use-chosen-site.js';

/** The figures of one site, or how to send the first event. */
export function FiguresPlace() {
  const { sites, site, known, unknown, none, error, retry } = useChosenSite();
  const { name = site, timeZone = 'UTC', archivedAt } = known ?? {};
  const { view, today, setView } = useView(timeZone);

  const { viewer } = useSession();
  const showSite = (sent: string) => setView({ site: sent }, 'replace');
  return (
    <Frame
      place="figures"
      title={name}
      site={site}
      controls={
        site !== undefined && (
          <>
            <SitePicker
              sites={sites ?? []}
              selected={site}
              onSelect={(chosen) => setView({ site: chosen, prefix: '' })}
            />
            <RangePicker
              range={view.range}
              today={today}
              timeZone={timeZone}
              onChange={(range) => setView({ range, site })}
            >
              <AsOfPicker asOf={view.asOf} timeZone={timeZone} onChange={(asOf) => setView({ asOf, site })} />
            </RangePicker>
          </>
        )
      }
    >
      {error && site === undefined ? (
        <ApiAway onRetry={retry} />
      ) : site !== undefined && !unknown && view.asOf !== undefined ? (
        <OverviewAsOf
          key={`${site} as it was`}
          siteId={site}
          name={name ?? site}
          timeZone={timeZone}
          view={view}
          asOf={view.asOf}
          today={today}
          setView={setView}
        />
      ) : site !== undefined && !unknown ? (
        <Overview
          key={site}
          siteId={site}
          name={name ?? site}
          timeZone={timeZone}
          view={view}
          today={today}
          setView={setView}
          archived={archivedAt != null}
          noEvents={viewer && !archivedAt && <FirstEvent siteId={site} name={name ?? site} />}
        />
      ) : viewer && none ? (
        <FirstProject onCreated={showSite} />
      ) : viewer && unknown && site !== undefined ? (
        <UnknownSite site={site} />
      ) : unknown && site !== undefined ? (
        <SendAnEvent key={site} site={site} onSent={showSite} />
      ) : sites ? (
        <SendAnEvent onSent={showSite} />
      ) : (
        <Loading />
      )}
    </Frame>
  );
}
