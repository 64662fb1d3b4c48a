import { useState } from 'react';
import { useAsked } from '../../apollo/use-asked.js';
import { useRefresh } from '../../apollo/use-refresh.js';
import { SiteKeysDocument } from '../../gql/graphql.js';
import { ListPanel } from '../list-panel.js';
import { KeyForm } from './form.js';
import { KeyLine } from './line.js';
import { NewKey, type MadeKey } from './new-key.js';

/** With what programs send events to the site, and ask about it. */
export function KeysPanel({ siteId }: { siteId: string }) {
  const { data, failure } = useAsked(SiteKeysDocument, {
    variables: { siteId },
    fetchPolicy: 'cache-and-network',
  });
  const again = useRefresh();
  const [made, setMade] = useState<MadeKey>();
  const [all, setAll] = useState(false);
  const keys = data?.keys;
  const working = keys?.filter(({ state }) => state === 'ACTIVE');
  const over = (keys?.length ?? 0) - (working?.length ?? 0);
  const onMade = (key: MadeKey) => {
    setMade(key);
    void again();
  };
  const onRevoked = (id: string) => {
    if (made?.id === id) setMade(undefined);
    void again();
  };
  return (
    <ListPanel
      id="keys"
      title="Keys"
      note="With what programs send events, or ask"
      items={all ? keys : working}
      error={failure}
      empty="No keys yet: nothing can send events."
      action={
        over > 0 && (
          <button type="button" className="button quiet" aria-pressed={all} onClick={() => setAll(!all)}>
            {all ? 'Hide' : 'Show'} {over} old
          </button>
        )
      }
      footer={
        <div className="card-form-wide">
          {made && <NewKey made={made} onDone={() => setMade(undefined)} />}
          <KeyForm siteId={siteId} onMade={onMade} />
        </div>
      }
    >
      {(key) => <KeyLine key={key.id} item={key} onMade={onMade} onRevoked={onRevoked} />}
    </ListPanel>
  );
}
