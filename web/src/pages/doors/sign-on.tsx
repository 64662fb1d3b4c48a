import { useAttempt } from '../../apollo/use-attempt.js';
import { leaveTo } from '../../session/leave-to.js';
import { post } from '../../session/post.js';

interface Props {
  /** Of the provider. */
  readonly name: string;
  readonly next: string;
}

/** Signs in by the organization's own provider, and comes back to `next`, or here with what went wrong. */
export function SignOn({ name, next }: Props) {
  const { fault, busy, attempt } = useAttempt();
  const go = async () => {
    const { url } = await post<{ url: string }>('sign-in/social', { callbackURL: next });
    await leaveTo(url);
  };
  return (
    <div className="sign-on">
      <p className="door-or">or</p>
      <button type="button" className="button" disabled={busy} onClick={() => void attempt(go)}>
        Sign in with {name}
      </button>
      <p className="fault" role="alert">
        {fault ?? reasonOf(new URLSearchParams(window.location.search).get('error'), name)}
      </p>
    </div>
  );
}

/** Why the provider's answer let nobody in. Whoever makes a link may write anything there, so that only known words are shown. */
function reasonOf(error: string | null, name: string): string | undefined {
  switch (error) {
    case null:
      return undefined;
    case 'not_invited':
      return 'Nobody has invited you yet: ask an owner or an admin of your organization.';
    case 'email_not_verified':
      return `${name} does not say that your e-mail address is yours.`;
    case 'email_not_found':
      return `${name} does not tell your e-mail address.`;
    case 'account_not_linked':
      return `There is an account with this address: sign in by its password and confirm the address; ${name} works from then on.`;
    case 'access_denied':
      return `${name} did not let you in.`;
    case 'state_mismatch':
    case 'state_not_found':
    case 'please_restart_the_process':
      return 'This took too long, or began in another window. Try again.';
    default:
      return `Signing in with ${name} did not work. Try again, or ask whoever looks after this installation.`;
  }
}
