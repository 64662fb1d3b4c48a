import { Forgot } from './forgot.js';
import { Invitation } from './invitation.js';
import { Register } from './register.js';
import { Reset } from './reset.js';
import { SignIn } from './sign-in.js';
import { Verify } from './verify.js';

/** The page in front of the dashboard that the path names. */
export default function Doors({ path }: { path: string }) {
  const [, door, id = ''] = path.split('/');
  switch (door) {
    case 'register':
      return <Register />;
    case 'forgot':
      return <Forgot />;
    case 'reset':
      return <Reset />;
    case 'verify':
      return <Verify />;
    case 'invitation':
      return <Invitation id={id} />;
    default:
      return <SignIn />;
  }
}
