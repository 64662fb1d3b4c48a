import type { Type } from '@nestjs/common';

import { InvitationsResolver } from './graphql/invitations.js';
import { MembersResolver } from './graphql/members.js';
import { OrganizationTrailResolver } from './graphql/organization-trail.js';
import { OrganizationsResolver } from './graphql/organizations.js';
import { SessionsResolver } from './graphql/sessions.js';
import { SetUpResolver } from './graphql/set-up.js';
import { ViewerResolver } from './graphql/viewer.js';

/** Also for the printed schema, which is made without any server. */
export const accountResolvers: readonly Type[] = [
  InvitationsResolver,
  MembersResolver,
  OrganizationTrailResolver,
  OrganizationsResolver,
  SessionsResolver,
  SetUpResolver,
  ViewerResolver,
];
