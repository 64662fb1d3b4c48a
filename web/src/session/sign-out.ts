import { leaveTo } from './leave-to.js';
import { post } from './post.js';

/** Ends the session, and loads the page anew: nothing of what was seen stays in it. @throws Refused */
export async function signOut(to = '/sign-in'): Promise<void> {
  await post('sign-out');
  await leaveTo(to);
}
