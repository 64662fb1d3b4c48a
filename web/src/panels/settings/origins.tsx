import { useMutation } from '@apollo/client/react';
import { useId, useState, type FormEvent } from 'react';
import { ChangeOriginsDocument } from '../../gql/graphql.js';
import { Skeleton } from '../../ui/skeleton.js';
import { originsOf } from '../keys/origins.js';
import { make } from './change.js';
import type { OfSite, SiteSettings } from './site.js';

/** From which pages the site's public keys may send. */
export function OriginsPanel({ siteId, site }: OfSite) {
  return (
    <section className="card" aria-labelledby="origins-title" aria-busy={!site}>
      <header className="card-header">
        <h2 id="origins-title">Allowed origins</h2>
        <p className="note">Of pages that send with a public key</p>
      </header>
      {site ? (
        // What was chosen elsewhere is what is changed from then on.
        <OriginsForm key={site.origins.join()} siteId={siteId} site={site} />
      ) : (
        <p className="panel-text">
          <Skeleton height="80px" />
        </p>
      )}
    </section>
  );
}

function OriginsForm({ siteId, site }: { siteId: string; site: SiteSettings }) {
  const [change, { loading }] = useMutation(ChangeOriginsDocument);
  const [typed, setTyped] = useState(site.origins.join('\n'));
  const [fault, setFault] = useState<string>();
  const id = useId();
  const origins = originsOf(typed);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setFault(undefined);
    try {
      await make(site, (revision) => change({ variables: { siteId, origins, revision } }));
    } catch (error) {
      setFault((error as Error).message);
    }
  };
  return (
    <form className="settings-form" onSubmit={(event) => void save(event)}>
      <label htmlFor={id}>One a line; from any page where there is none</label>
      <textarea
        id={id}
        rows={3}
        value={typed}
        placeholder="https://shop.example"
        spellCheck={false}
        autoCapitalize="none"
        autoComplete="off"
        aria-invalid={fault !== undefined}
        aria-describedby={`${id}-fault`}
        onChange={(event) => setTyped(event.target.value)}
      />
      <div className="rule-buttons">
        <button type="submit" className="button" disabled={loading || origins.join() === site.origins.join()}>
          Save
        </button>
      </div>
      <p id={`${id}-fault`} className="fault" role="alert">
        {fault}
      </p>
    </form>
  );
}
