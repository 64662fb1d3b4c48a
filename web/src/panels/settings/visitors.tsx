import { useMutation } from '@apollo/client/react';
import { useId, useState } from 'react';
import { useAttempt } from '../../apollo/use-attempt.js';
import { ChangeVisitorPolicyDocument } from '../../gql/graphql.js';
import { make } from './change.js';
import { SettingPanel } from './panel.js';
import type { OfSite, SiteSettings } from './site.js';

const IDENTITIES = [
  {
    identity: 'persistent',
    label: 'For good',
    about: 'By the ID that comes with an event, or by a cookie.',
  },
  {
    identity: 'cookieless',
    label: 'For a day',
    about: 'By a salted hash, whatever comes with an event. No cookie is read or set.',
  },
] as const;

/** How the site's visitors are known again. */
export function VisitorsPanel({ siteId, site }: OfSite) {
  return (
    <SettingPanel
      id="visitors"
      title="Visitors"
      note="Of events that come in from now on"
      height={120}
      site={site}
    >
      {(loaded) => <VisitorsForm key={JSON.stringify(loaded.visitors)} siteId={siteId} site={loaded} />}
    </SettingPanel>
  );
}

function VisitorsForm({ siteId, site }: { siteId: string; site: SiteSettings }) {
  const [change] = useMutation(ChangeVisitorPolicyDocument);
  const [identity, setIdentity] = useState(site.visitors.identity);
  const [signals, setSignals] = useState(site.visitors.signals);
  const { fault, busy, attempt } = useAttempt();
  const id = useId();
  const same = identity === site.visitors.identity && signals === site.visitors.signals;
  const save = () => make(site, (revision) => change({ variables: { siteId, identity, signals, revision } }));
  return (
    <form
      className="settings-form"
      aria-label="Visitors"
      onSubmit={(event) => {
        event.preventDefault();
        void attempt(save);
      }}
    >
      <fieldset>
        <legend>A visitor is known again</legend>
        {IDENTITIES.map((each) => (
          <label key={each.identity} className="choice">
            <input
              type="radio"
              name={id}
              value={each.identity}
              checked={identity === each.identity}
              onChange={() => setIdentity(each.identity)}
            />
            <span>
              {each.label}
              <span className="note">{each.about}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <label className="choice">
        <input
          type="checkbox"
          checked={signals === 'honoured'}
          onChange={(event) => setSignals(event.target.checked ? 'honoured' : 'ignored')}
        />
        <span>
          Honour Sec-GPC and DNT
          <span className="note">
            A browser that says one of them is known for a day, and who its user is, is not kept.
          </span>
        </span>
      </label>
      <div className="rule-buttons">
        <button type="submit" className="button" disabled={busy || same}>
          Save
        </button>
      </div>
      <p className="fault" role="alert">
        {fault}
      </p>
    </form>
  );
}
