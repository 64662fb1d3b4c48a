import { useAttempt } from '../../apollo/use-attempt.js';
import { post } from '../../session/post.js';

/** Signs in by the organization's own provider, and comes back to `next`. */
export function SignOn({ name, next }: { name: string; next: string }) {
  const { fault, attempt } = useAttempt();
  const go = async () => {
    const { url } = await post<{ url: string }>('sign-in/social', { callbackURL: next });
    window.location.assign(url);
  };
  return (
    <div className="sign-on">
      <p className="door-or">or</p>
      <button type="button" className="button" onClick={() => void attempt(go)}>
        Sign in with {name}
      </button>
      <p className="fault" role="alert">
        {fault}
      </p>
    </div>
  );
}
