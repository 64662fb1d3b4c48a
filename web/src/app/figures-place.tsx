import { useEffect } from 'react';
import { RangePicker } from '../controls/range-picker.js';
import { SitePicker } from '../controls/site-picker.js';
import { useNamedSite, useView } from '../controls/use-view.js';
import { Overview } from '../pages/overview.js';
import { SendAnEvent } from '../pages/send-an-event.js';
import { Message } from '../ui/message.js';
import { Frame } from './frame.js';
import { rememberedSite, rememberSite } from './remembered-site.js';
import { useSites } from './use-sites.js';

/** The figures of one site, or how to send the first event. */
export function FiguresPlace() {
  const { sites, error, retry } = useSites();
  const site = useNamedSite() ?? chooseSite(sites);
  const { name = site, timeZone = 'UTC' } = sites?.find(({ id }) => id === site) ?? {};
  const { view, today, setView } = useView(timeZone);

  useEffect(() => {
    if (site !== undefined) rememberSite(site);
  }, [site]);

  const showSite = (sent: string) => setView({ site: sent }, 'replace');
  const unknown = site !== undefined && sites !== undefined && !sites.some(({ id }) => id === site);
  return (
    <Frame
      place="figures"
      title={name}
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
            />
          </>
        )
      }
    >
      {error && site === undefined ? (
        <Message
          kind="error"
          title="The Tidemark API does not answer"
          action={{ label: 'Try again', run: retry, icon: 'retry' }}
        >
          <p>Is the server running? This page tries again by itself and opens as soon as the API is back.</p>
        </Message>
      ) : site !== undefined && !unknown ? (
        <Overview
          key={site}
          siteId={site}
          name={name ?? site}
          timeZone={timeZone}
          view={view}
          today={today}
          setView={setView}
        />
      ) : unknown ? (
        <SendAnEvent key={site} site={site} onSent={showSite} />
      ) : sites ? (
        <SendAnEvent onSent={showSite} />
      ) : (
        <p className="visually-hidden" role="status">
          Loading
        </p>
      )}
    </Frame>
  );
}

/** The site seen last, if it is still there, else the first; the remembered one alone while the list is on its way. */
function chooseSite(sites: readonly { readonly id: string }[] | undefined): string | undefined {
  const remembered = rememberedSite();
  if (sites === undefined) return remembered;
  return sites.find(({ id }) => id === remembered)?.id ?? sites[0]?.id;
}
