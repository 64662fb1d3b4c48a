import { lazy, useMemo, useSyncExternalStore } from 'react';
import { changeAddress, subscribeAddress } from '../controls/address.js';
import { feedAddress, parseFeedView } from '../controls/feed-view.js';
import { SitePicker } from '../controls/site-picker.js';
import { useMay } from '../session/session.js';
import { ApiAway } from './api-away.js';
import { Frame } from './frame.js';
import { Loaded, Loading } from './loading.js';
import { NotForYou } from './not-for-you.js';
import { useChosenSite } from './use-chosen-site.js';

// Readers of figures do not load this page's code.
const Events = lazy(() => import('../pages/events.js'));

/** What becomes of each call to one site, also of one that has no events yet, or to all. */
export function EventsPlace() {
  const { sites, site, known, error, retry } = useChosenSite();
  const search = useSyncExternalStore(subscribeAddress, () => window.location.search);
  const view = useMemo(() => ({ ...parseFeedView(search), site }), [search, site]);
  const may = useMay();
  return (
    <Frame
      place="events"
      title={site === undefined ? 'Events' : `Events of ${known?.name ?? site}`}
      site={site}
      controls={
        site !== undefined && (
          <SitePicker
            sites={sites ?? []}
            selected={site}
            onSelect={(chosen) => changeAddress(feedAddress({ ...view, site: chosen }), 'push')}
          />
        )
      }
    >
      {!may('events.read') ? (
        <NotForYou what="Single events" ask="an owner or an admin of the organization" />
      ) : error && site === undefined ? (
        <ApiAway onRetry={retry} />
      ) : sites || site !== undefined ? (
        <Loaded>
          <Events view={view} />
        </Loaded>
      ) : (
        <Loading />
      )}
    </Frame>
  );
}
