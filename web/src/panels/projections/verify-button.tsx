import { useMutation } from '@apollo/client/react';
import { useState } from 'react';
import { ask } from '../../apollo/ask.js';
import { useAsked } from '../../apollo/use-asked.js';
import { SitesDocument, VerifyDocument } from '../../gql/graphql.js';
import { AskButton } from '../../ui/ask-button.js';

const EVERYTHING = { site: '', from: '', to: '' };

/** Orders a verification of everything, or of a site and some days. */
export function VerifyButton() {
  const [verify] = useMutation(VerifyDocument);
  const { data } = useAsked(SitesDocument);
  const [scope, setScope] = useState(EVERYTHING);
  const change = (part: Partial<typeof scope>) => setScope({ ...scope, ...part });
  const { site, from, to } = scope;
  const run = async () => {
    await ask(() => verify({ variables: { site: site || null, from: from || null, to: to || null } }));
    setScope(EVERYTHING);
  };
  return (
    <AskButton label="Verify now" icon="check" title="Verify the figures?" confirm="Verify" run={run}>
      <p>
        Ledger, duplicates and read models are computed anew from the log, in a place of their own, and
        compared with what is recorded. What is served is not touched. Of everything it takes about as long as
        rebuilding everything.
      </p>
      <label>
        Site
        <select value={site} onChange={(event) => change({ site: event.target.value })}>
          <option value="">All sites</option>
          {[...(data?.sites ?? []), ...(data?.archived ?? [])].map(({ id }) => (
            <option key={id}>{id}</option>
          ))}
        </select>
      </label>
      <div className="confirm-days">
        <label>
          First day
          <input
            type="date"
            value={from}
            max={to || undefined}
            onChange={(event) => change({ from: event.target.value })}
          />
        </label>
        <label>
          Last day
          <input
            type="date"
            value={to}
            min={from || undefined}
            onChange={(event) => change({ to: event.target.value })}
          />
        </label>
      </div>
      <p className="note">Without days: all of them.</p>
    </AskButton>
  );
}
