import { useMutation } from '@apollo/client/react';
import { useId, useState } from 'react';
import { ask } from '../apollo/ask.js';
import { PlaceLink } from '../controls/place.js';
import { CreateKeyDocument } from '../gql/graphql.js';
import { keepNewKey, newKeyOf } from '../session/new-keys.js';
import { useMay } from '../session/session.js';
import { CopyButton } from '../ui/copy-button.js';
import { Snippet } from './snippet.js';
import { browserSnippet, curlSnippet, sendOne } from './snippets.js';
import '../styles/forms.css';

/** Stands in a snippet while there is no key to put there. */
const NO_KEY = 'pk_YOUR_KEY';

/** What a project shows before its first event: its key, and how to send with it. The event itself opens the figures. */
export function FirstEvent({ siteId, name }: { siteId: string; name: string }) {
  const may = useMay();
  const [create] = useMutation(CreateKeyDocument);
  const [key, setKey] = useState(() => newKeyOf(siteId));
  const [outcome, setOutcome] = useState<string>();
  const id = useId();
  const { origin } = window.location;
  const shown = key ?? NO_KEY;

  const make = async () => {
    setOutcome(undefined);
    try {
      const { data } = await ask(() =>
        create({
          variables: { siteId, name: 'Pages', kind: 'PUBLIC', scopes: null, origins: null, expiresAt: null },
        }),
      );
      if (!data) return;
      keepNewKey(siteId, data.createKey.secret);
      setKey(data.createKey.secret);
    } catch (error) {
      setOutcome((error as Error).message);
    }
  };
  const send = async () => {
    setOutcome('Sending…');
    setOutcome((await sendOne(origin, siteId, key)).says);
  };
  return (
    <section className="first-run" aria-labelledby={`${id}-title`}>
      <h1 id={`${id}-title`}>Send the first event of {name}</h1>
      <p className="lead">By any of these ways; this page notices it and shows the figures.</p>
      {key !== undefined ? (
        <div className="card once">
          <p>
            <strong>The public key of {name}.</strong> Copy it now: it is not shown again. It may stand in
            your pages: it sends events and can nothing else.
          </p>
          <div className="copy-line">
            <code data-secret>{key}</code>
            <CopyButton text={key} what="the key" />
          </div>
        </div>
      ) : may('keys.manage') ? (
        <div className="form-end">
          <button type="button" className="button primary" onClick={() => void make()}>
            Make a public key
          </button>
          <p className="note">Events are sent with a key. Those that you have stand in the settings.</p>
        </div>
      ) : (
        <p className="note">
          Events are sent with a key: an owner or an admin of the organization makes one.
        </p>
      )}
      <div className="first-run-here">
        <button type="button" className="button" disabled={key === undefined} onClick={() => void send()}>
          Send one from here
        </button>
        <p className="waiting" role="status">
          <span className="live-dot" data-waiting="true" />
          {outcome ?? 'Waiting for the first event'}
        </p>
      </div>
      {may('events.read') && (
        <p className="note">
          Does nothing arrive?{' '}
          <PlaceLink to="events" site={siteId} className="text-link">
            See each call as it comes in
          </PlaceLink>
          , stored or refused, and why.
        </p>
      )}
      <Snippet title="From a web page" what="the script tag" code={browserSnippet(origin, siteId, shown)}>
        In the head of every page: it counts views, engaged time, outbound links, downloads and forms, without
        a cookie, and what happens offline is sent later.
      </Snippet>
      <Snippet title="From a terminal" what="the curl command" code={curlSnippet(origin, siteId, shown)} />
    </section>
  );
}
