import { useEffect, useState } from 'react';
import { get } from '../../session/post.js';
import { Door } from './door.js';

/** Where the link of a mail that confirms an address leads. */
export function Verify() {
  // Read once: the address is cleared of it, so that it stays in no history and goes to nobody.
  const [token] = useState(() => {
    const found = new URLSearchParams(window.location.search).get('token');
    window.history.replaceState(null, '', '/verify');
    return found;
  });
  const [state, setState] = useState<'asking' | 'confirmed' | { readonly fault: string }>(
    token === null ? { fault: 'It names no address.' } : 'asking',
  );
  useEffect(() => {
    if (token === null) return;
    get(`verify-email?token=${encodeURIComponent(token)}`).then(
      () => setState('confirmed'),
      (error: unknown) => setState({ fault: (error as Error).message }),
    );
  }, [token]);
  if (state === 'asking') return <Door title="Confirm your address" lead="One moment…" />;
  if (state === 'confirmed')
    return (
      <Door title="Address confirmed">
        <p role="status">This e-mail address is yours.</p>
        <a className="button primary door-go" href="/">
          Go on
        </a>
      </Door>
    );
  return (
    <Door title="This link is not valid">
      <p role="alert">{state.fault} It works for a day. The page of your account sends another one.</p>
      <a className="button door-go" href="/account">
        Your account
      </a>
    </Door>
  );
}
