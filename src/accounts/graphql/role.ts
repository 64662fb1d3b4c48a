import { registerEnumType } from '@nestjs/graphql';

import { ROLES, type Role } from '#access/permissions.js';

/** The names of the one table; a role of another name does not get past the schema. */
export const MemberRole = Object.fromEntries(ROLES.map((role) => [role, role])) as { [R in Role]: R };

registerEnumType(MemberRole, {
  name: 'MemberRole',
  description: 'Each may all that the next one may: owner, admin, editor, viewer.',
});
