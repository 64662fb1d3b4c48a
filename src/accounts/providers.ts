import type { Provider } from '@nestjs/common';

import { Accounts } from './accounts.js';
import { AuthDoor } from './door.js';
import { FirstOwner } from './first-owner.js';
import { accountResolvers } from './resolvers.js';
import { AccountsSecret } from './secret.js';
import { Sessions } from './sessions.js';
import { SignUp } from './sign-up.js';
import { Throttle } from './throttle.js';

/** Who is signed in; every door asks, so they stand in a global module. */
export const sessionProviders: Provider[] = [AccountsSecret, Sessions];

/** People and organizations. Needs UnownedSites, and CONFIG, LOGGER, PG_POOL and DATABASE_URL from a global module. */
export const accountProviders: Provider[] = [
  Accounts,
  AuthDoor,
  FirstOwner,
  SignUp,
  Throttle,
  ...accountResolvers,
];
