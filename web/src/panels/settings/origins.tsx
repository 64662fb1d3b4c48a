import { useMutation } from '@apollo/client/react';
import { useId, useState } from 'react';
import { useAttempt } from '../../apollo/use-attempt.js';
import { ChangeOriginsDocument } from '../../gql/graphql.js';
import { originsOf } from '../keys/origins.js';
import { make } from './change.js';
import { SettingPanel } from './panel.js';
import type { OfSite, SiteSettings } from './site.js';

/** From which pages the site's public keys may send. */
export function OriginsPanel({ siteId, site }: OfSite) {
  return (
    <SettingPanel
      id="origins"
      title="Allowed origins"
      note="Of pages that send with a public key"
      height={80}
      site={site}
    >
      {(loaded) => <OriginsForm key={loaded.origins.join()} siteId={siteId} site={loaded} />}
    </SettingPanel>
  );
}

function OriginsForm({ siteId, site }: { siteId: string; site: SiteSettings }) {
  const [change] = useMutation(ChangeOriginsDocument);
  const [typed, setTyped] = useState(site.origins.join('\n'));
  const { fault, busy, attempt } = useAttempt();
  const id = useId();
  const origins = originsOf(typed);
  const save = () => make(site, (revision) => change({ variables: { siteId, origins, revision } }));
  return (
    <form
      className="settings-form"
      onSubmit={(event) => {
        event.preventDefault();
        void attempt(save);
      }}
    >
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
        <button type="submit" className="button" disabled={busy || origins.join() === site.origins.join()}>
          Save
        </button>
      </div>
      <p id={`${id}-fault`} className="fault" role="alert">
        {fault}
      </p>
    </form>
  );
}
