import { useState } from 'react';
import { leaveTo } from '../../session/leave-to.js';
import { doorTo, nextOf } from '../../session/next.js';
import { post } from '../../session/post.js';
import { useSession } from '../../session/session.js';
import { EmailField, emailFault } from '../../ui/email.js';
import { faultsOf, Form, type Values } from '../../ui/form.js';
import { PasswordField } from '../../ui/password.js';
import { Door } from './door.js';
import { SecondStep } from './second-step.js';
import { SignOn } from './sign-on.js';
import { useInvited } from './use-invited.js';

/** Who has an account comes in here, and goes on to the page that was asked for. */
export function SignIn() {
  const { setUp } = useSession();
  const [step, setStep] = useState<'password' | 'code'>('password');
  const next = nextOf(window.location.search);
  const invited = useInvited(next);
  const enter = () => leaveTo(next);

  const signIn = async ({ email = '', password = '' }: Values) => {
    const answer = await post<{ twoFactorRedirect?: boolean }>('sign-in/email', {
      email: email.trim(),
      password,
    });
    if (answer.twoFactorRedirect) setStep('code');
    else await enter();
  };
  if (step === 'code') return <SecondStep onDone={enter} onBack={() => setStep('password')} />;
  return (
    <Door
      title="Sign in"
      ways={
        setUp?.signUp && (
          <>
            No account yet? <a href={doorTo('/register', next)}>Register</a>
          </>
        )
      }
    >
      <Form
        label="Sign in"
        submit="Sign in"
        check={({ email, password }) =>
          faultsOf({ email: emailFault(email), password: password ? undefined : 'Give your password.' })
        }
        run={signIn}
        beside={<a href="/forgot">Forgotten the password?</a>}
      >
        <EmailField autoFocus defaultValue={invited?.email} />
        <PasswordField name="password" label="Password" autoComplete="current-password" />
      </Form>
      {setUp?.signOn != null && <SignOn name={setUp.signOn} next={next} />}
    </Door>
  );
}
