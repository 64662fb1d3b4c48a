import { useMutation } from '@apollo/client/react';
import { useId, useState } from 'react';
import { useAttempt } from '../../apollo/use-attempt.js';
import { RenameSiteDocument } from '../../gql/graphql.js';
import { make } from './change.js';
import { SettingPanel } from './panel.js';
import type { OfSite, SiteSettings } from './site.js';

/** The name that people know the site by. */
export function NamePanel({ siteId, site }: OfSite) {
  return (
    <SettingPanel id="name" title="Name" height={38} site={site}>
      {(loaded) => <NameForm key={loaded.name} siteId={siteId} site={loaded} />}
    </SettingPanel>
  );
}

function NameForm({ siteId, site }: { siteId: string; site: SiteSettings }) {
  const [rename] = useMutation(RenameSiteDocument);
  const [name, setName] = useState(site.name);
  const { fault, busy, attempt } = useAttempt();
  const id = useId();
  const save = () => make(site, (revision) => rename({ variables: { siteId, name, revision } }));
  return (
    <form
      className="settings-form"
      onSubmit={(event) => {
        event.preventDefault();
        void attempt(save);
      }}
    >
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
        <button type="submit" className="button" disabled={busy || name.trim() === site.name}>
          Rename
        </button>
      </div>
      <p id={`${id}-fault`} className="fault" role="alert">
        {fault}
      </p>
    </form>
  );
}
