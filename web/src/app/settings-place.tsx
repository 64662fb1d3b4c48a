import { lazy } from 'react';
import { SitePicker } from '../controls/site-picker.js';
import { changeAddress } from '../controls/address.js';
import { useSession } from '../session/session.js';
import { Message } from '../ui/message.js';
import { ApiAway } from './api-away.js';
import { Frame } from './frame.js';
import { Loaded, Loading } from './loading.js';
import { UnknownSite } from './unknown-site.js';
import { useChosenSite } from './use-chosen-site.js';

// Readers of figures do not load this page's code.
const Settings = lazy(() => import('../pages/settings.js'));

/** What one site's figures are made with, and who changed it. */
export function SettingsPlace() {
  const { sites, site, known, unknown, none, error, retry } = useChosenSite();
  const { viewer } = useSession();
  return (
    <Frame
      place="settings"
      title={site === undefined ? 'Settings' : `Settings of ${known?.name ?? site}`}
      site={site}
      controls={
        site !== undefined && (
          <SitePicker
            sites={sites ?? []}
            selected={site}
            onSelect={(chosen) => changeAddress(`?site=${encodeURIComponent(chosen)}`, 'push')}
          />
        )
      }
    >
      {error && site === undefined ? (
        <ApiAway onRetry={retry} />
      ) : unknown && viewer && site !== undefined ? (
        <UnknownSite site={site} />
      ) : unknown || none ? (
        <>
          <h1 className="visually-hidden">Settings</h1>
          {viewer ? (
            <Message kind="empty" title="No projects yet">
              <p>
                A project has settings from its making on. <a href="/projects">Projects</a>
              </p>
            </Message>
          ) : (
            <Message kind="empty" title={unknown ? `There is no site ${site}` : 'No sites yet'}>
              <p>A site is created by its first event, and has settings from then on.</p>
            </Message>
          )}
        </>
      ) : site !== undefined ? (
        <Loaded key={site}>
          <Settings siteId={site} revision={known?.revision} />
        </Loaded>
      ) : (
        <Loading />
      )}
    </Frame>
  );
}
