import { useMutation } from '@apollo/client/react';
import { useId, useState, type FormEvent } from 'react';
import { RenameSiteDocument } from '../../gql/graphql.js';
import { Skeleton } from '../../ui/skeleton.js';
import { make } from './change.js';
import type { OfSite, SiteSettings } from './site.js';

/** The name that people know the site by. */
export function NamePanel({ siteId, site }: OfSite) {
  return (
    <section className="card" aria-labelledby="name-title" aria-busy={!site}>
      <header className="card-header">
        <h2 id="name-title">Name</h2>
      </header>
      {site ? (
        // Another name, made elsewhere, is what is typed over from then on.
        <NameForm key={site.name} siteId={siteId} site={site} />
      ) : (
        <p className="panel-text">
          <Skeleton height="38px" />
        </p>
      )}
    </section>
  );
}

function NameForm({ siteId, site }: { siteId: string; site: SiteSettings }) {
  const [rename, { loading }] = useMutation(RenameSiteDocument);
  const [name, setName] = useState(site.name);
  const [fault, setFault] = useState<string>();
  const id = useId();
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setFault(undefined);
    try {
      await make(site, (revision) => rename({ variables: { siteId, name, revision } }));
    } catch (error) {
      setFault((error as Error).message);
    }
  };
  return (
    <form className="settings-form" onSubmit={(event) => void save(event)}>
      <label htmlFor={id}>As people know it; the ID stays {siteId}</label>
      <div className="settings-line">
        <input
          id={id}
          value={name}
          maxLength={100}
          autoComplete="off"
          aria-invalid={fault !== undefined}
          aria-describedby={`${id}-fault`}
          onChange={(event) => setName(event.target.value)}
        />
        <button type="submit" className="button" disabled={loading || name.trim() === site.name}>
          Rename
        </button>
      </div>
      <p id={`${id}-fault`} className="fault" role="alert">
        {fault}
      </p>
    </form>
  );
}
