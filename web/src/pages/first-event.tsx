import { useId, useState } from 'react';
import { useAttempt } from '../apollo/use-attempt.js';
import { PlaceLink } from '../controls/place.js';
import { newKeyOf } from '../session/new-keys.js';
import { useMay } from '../session/session.js';
import { Once } from '../ui/once.js';
import { Snippet } from './snippet.js';
import { browserSnippet, curlSnippet, sendOne } from './snippets.js';
import { useFirstKey } from './use-first-key.js';
import '../styles/forms.css';

/** Stands in a snippet while there is no key to put there. */
const NO_KEY = 'pk_YOUR_KEY';

/** What a project shows before its first event: its key, and how to send with it. The event itself opens the figures. */
export function FirstEvent({ siteId, name }: { siteId: string; name: string }) {
  const may = useMay();
  const makeKey = useFirstKey();
  const [brought] = useState(() => newKeyOf(siteId));
  const [key, setKey] = useState(brought);
  const { fault, busy, attempt } = useAttempt();
  const [outcome, setOutcome] = useState<string>();
  const id = useId();
  const { origin } = window.location;
  const shown = key ?? NO_KEY;

  const make = () => attempt(async () => setKey(await makeKey(siteId)));
  const send = () =>
    attempt(async () => {
      setOutcome('Sending…');
      setOutcome((await sendOne(origin, siteId, key)).says);
    });
  return (
    <section className="first-run" aria-labelledby={`${id}-title`}>
      <h1 id={`${id}-title`}>Send the first event of {name}</h1>
      <p className="lead">By any of these ways; this page notices it and shows the figures.</p>
      {key !== undefined ? (
        <Once className="card" label="Public key" shown={key} what="the key" asked={key !== brought}>
          <strong>The public key of {name}.</strong> Copy it now: it is not shown again. It may stand in your
          pages: it sends events and can nothing else.
        </Once>
      ) : may('keys.manage') ? (
        <div className="form-end">
          <button type="button" className="button primary" disabled={busy} onClick={() => void make()}>
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
        <button
          type="button"
          className="button"
          disabled={key === undefined || busy}
          onClick={() => void send()}
        >
          Send one from here
        </button>
        <p className="waiting" role="status">
          <span className="live-dot" data-waiting="true" />
          {fault ?? outcome ?? 'Waiting for the first event'}
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
