import { useEffect, useState } from 'react';
import { Refused } from '../../apollo/ask.js';
import { get } from '../../session/post.js';
import { useSession } from '../../session/session.js';
import { Door } from './door.js';

/** `unheard`: whether the link is good was not said. */
type State = 'asking' | 'confirmed' | { readonly fault: string; readonly unheard?: true };

/** Where the link of a mail that confirms an address leads. */
export function Verify() {
  // Read once: the address is cleared of it, so that it stays in no history and goes to nobody.
  const [token] = useState(() => {
    const found = new URLSearchParams(window.location.search).get('token');
    window.history.replaceState(null, '', '/verify');
    return found;
  });
  const [state, setState] = useState<State>(token === null ? { fault: 'It names no address.' } : 'asking');
  const asking = state === 'asking';
  useEffect(() => {
    if (token === null || !asking) return;
    get(`verify-email?token=${encodeURIComponent(token)}`).then(
      () => setState('confirmed'),
      (error: unknown) => setState(told(error)),
    );
  }, [token, asking]);
  if (asking) return <Door title="Confirm your address" lead="One moment…" />;
  if (state === 'confirmed')
    return (
      <Door title="Address confirmed">
        <p role="status">This e-mail address is yours.</p>
        <a className="button primary door-go" href="/">
          Go on
        </a>
      </Door>
    );
  if (state.unheard)
    return (
      <Door title="Not confirmed yet">
        <p role="alert">{state.fault}</p>
        <button type="button" className="button primary door-go" onClick={() => setState('asking')}>
          Try again
        </button>
      </Door>
    );
  return <NotValid fault={state.fault} />;
}

function NotValid({ fault }: { fault: string }) {
  const { viewer } = useSession();
  const [href, page] = viewer ? ['/account', 'Your account'] : ['/sign-in', 'Sign in'];
  return (
    <Door title="This link is not valid">
      <p role="alert">
        {fault} It works for a day.{' '}
        {viewer
          ? 'The page of your account sends another one.'
          : 'Sign in: as long as the address is not confirmed, that sends another one, or leads to where you can ask for it.'}
      </p>
      <a className="button door-go" href={href}>
        {page}
      </a>
    </Door>
  );
}

/** Of a link that will be refused however often it is tried. */
const WORTHLESS = ['INVALID_TOKEN', 'TOKEN_EXPIRED', 'USER_NOT_FOUND', 'INVALID_USER'];

function told(error: unknown): State {
  const fault = (error as Error).message;
  const worthless = error instanceof Refused && WORTHLESS.includes(error.code ?? '');
  return worthless ? { fault } : { fault, unheard: true };
}
