import { useId, useState } from 'react';
import { useAttempt } from '../apollo/use-attempt.js';
import { PlaceLink } from '../controls/place.js';
import { isSiteId } from '../panels/projects/site-id.js';
import { Snippet } from './snippet.js';
import { browserSnippet, curlSnippet, sendOne } from './snippets.js';

/**
 * What there is to see before the first event: how to send one. It needs no "done" button: the event itself opens the
 * dashboard. `site` is given when the address names a site that has no events yet.
 */
export function SendAnEvent({ site, onSent }: { site?: string; onSent: (site: string) => void }) {
  const [typed, setTyped] = useState(site ?? 'my-site');
  const [outcome, setOutcome] = useState<string>();
  const { busy, attempt } = useAttempt();
  const id = useId();
  const valid = isSiteId(typed);
  const name = valid ? typed : 'my-site';
  const { origin } = window.location;

  const send = () =>
    attempt(async () => {
      setOutcome('Sending…');
      const sent = await sendOne(origin, name);
      setOutcome(sent.says);
      if (sent.stored) onSent(name);
    });
  return (
    <section className="first-run" aria-labelledby={`${id}-title`}>
      <h1 id={`${id}-title`}>{site === undefined ? 'Send the first event' : `No events for ${site} yet`}</h1>
      <p className="lead">
        A site is created by its first event. Send one by any of these ways; this page notices it and shows
        the figures.
      </p>
      <div className="first-run-name">
        <label htmlFor={`${id}-name`}>Site name</label>
        <input
          id={`${id}-name`}
          value={typed}
          spellCheck={false}
          autoCapitalize="none"
          autoComplete="off"
          maxLength={64}
          aria-invalid={!valid}
          aria-describedby={`${id}-hint`}
          onChange={(event) => setTyped(event.target.value)}
        />
        <p id={`${id}-hint`} className={valid ? 'note' : 'fault'}>
          Letters, digits, - and _, up to 64. It stays; the name that is shown can be changed later.
        </p>
      </div>
      <div className="first-run-here">
        <button
          type="button"
          className="button primary"
          disabled={!valid || busy}
          onClick={() => void send()}
        >
          Send one from here
        </button>
        <p className="waiting" role="status">
          <span className="live-dot" data-waiting="true" />
          {outcome ?? 'Waiting for the first event'}
        </p>
      </div>
      <p className="note">
        Does nothing arrive?{' '}
        <PlaceLink to="events" site={valid ? typed : undefined} className="text-link">
          See each call as it comes in
        </PlaceLink>
        , stored or refused, and why.
      </p>
      <Snippet title="From a web page" what="the script tag" code={browserSnippet(origin, name)}>
        In the head of every page: it counts views, engaged time, outbound links, downloads and forms, without
        a cookie, and what happens offline is sent later.
      </Snippet>
      <Snippet title="From a terminal" what="the curl command" code={curlSnippet(origin, name)} />
    </section>
  );
}
