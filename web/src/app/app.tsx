import { useEffect } from 'react';
import { useView } from '../controls/use-view.js';
import { Overview } from '../pages/overview.js';
import { SendAnEvent } from '../pages/send-an-event.js';
import { Message } from '../ui/message.js';
import { Header } from './header.js';
import { rememberedSite, rememberSite } from './remembered-site.js';
import { useSites } from './use-sites.js';

export function App() {
  const { view, today, setView } = useView();
  const { sites, error, retry } = useSites();
  const site = view.site ?? chooseSite(sites);

  useEffect(() => {
    document.title = site === undefined ? 'Tidemark' : `${site} · Tidemark`;
    if (site !== undefined) rememberSite(site);
  }, [site]);

  const showSite = (sent: string) => setView({ site: sent }, 'replace');
  const unknown = site !== undefined && sites !== undefined && !sites.some(({ id }) => id === site);
  return (
    <>
      <a className="skip-link" href="#main">
        Skip to the figures
      </a>
      <Header sites={sites ?? []} site={site} view={view} today={today} setView={setView} />
      <main id="main" tabIndex={-1}>
        {error && site === undefined ? (
          <Message
            kind="error"
            title="The Tidemark API does not answer"
            action={{ label: 'Try again', run: retry, icon: 'retry' }}
          >
            <p>
              Is the server running? This page tries again by itself and opens as soon as the API is back.
            </p>
          </Message>
        ) : site !== undefined && !unknown ? (
          <Overview key={site} siteId={site} view={view} today={today} setView={setView} />
        ) : unknown ? (
          <SendAnEvent key={site} site={site} onSent={showSite} />
        ) : sites ? (
          <SendAnEvent onSent={showSite} />
        ) : (
          <p className="visually-hidden" role="status">
            Loading
          </p>
        )}
      </main>
    </>
  );
}

/** The site seen last, if it is still there, else the first; the remembered one alone while the list is on its way. */
function chooseSite(sites: readonly { readonly id: string }[] | undefined): string | undefined {
  const remembered = rememberedSite();
  if (sites === undefined) return remembered;
  return sites.find(({ id }) => id === remembered)?.id ?? sites[0]?.id;
}
