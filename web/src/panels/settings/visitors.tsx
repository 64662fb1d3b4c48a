import { useMutation } from '@apollo/client/react';
import { useId, useState, type FormEvent } from 'react';
import { ChangeVisitorPolicyDocument } from '../../gql/graphql.js';
import { Skeleton } from '../../ui/skeleton.js';
import { make } from './change.js';
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
    <section className="card" aria-labelledby="visitors-title" aria-busy={!site}>
      <header className="card-header">
        <h2 id="visitors-title">Visitors</h2>
        <p className="note">Of events that come in from now on</p>
      </header>
      {site ? (
        // What was chosen elsewhere is what is changed from then on.
        <VisitorsForm key={JSON.stringify(site.visitors)} siteId={siteId} site={site} />
      ) : (
        <p className="panel-text">
          <Skeleton height="120px" />
        </p>
      )}
    </section>
  );
}

function VisitorsForm({ siteId, site }: { siteId: string; site: SiteSettings }) {
  const [change, { loading }] = useMutation(ChangeVisitorPolicyDocument);
  const [identity, setIdentity] = useState(site.visitors.identity);
  const [signals, setSignals] = useState(site.visitors.signals);
  const [fault, setFault] = useState<string>();
  const id = useId();
  const same = identity === site.visitors.identity && signals === site.visitors.signals;
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setFault(undefined);
    try {
      await make(site, (revision) => change({ variables: { siteId, identity, signals, revision } }));
    } catch (error) {
      setFault((error as Error).message);
    }
  };
  return (
    <form className="settings-form" aria-label="Visitors" onSubmit={(event) => void save(event)}>
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
        <button type="submit" className="button" disabled={loading || same}>
          Save
        </button>
      </div>
      <p className="fault" role="alert">
        {fault}
      </p>
    </form>
  );
}
