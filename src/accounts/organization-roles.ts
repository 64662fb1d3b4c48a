import { createAccessControl, type Statements } from 'better-auth/plugins/access';
import { defaultStatements } from 'better-auth/plugins/organization/access';

import { type OrganizationPermission, permissions, ROLES, type Role } from '#access/permissions.js';

const ac = createAccessControl(defaultStatements);

/** What the library asks for, in terms of the one table of permissions. */
const asks = {
  organization: { update: 'organization.manage' },
  member: { create: 'members.manage', update: 'members.manage', delete: 'members.manage' },
  invitation: { create: 'members.manage', cancel: 'members.manage' },
} as const satisfies Record<string, Record<string, OrganizationPermission>>;

const holds = (role: Role, permission: OrganizationPermission): boolean =>
  (permissions[permission].roles as readonly Role[]).includes(role);

function statementsOf(role: Role): Statements {
  return Object.fromEntries(
    Object.entries(asks).map(([resource, actions]) => [
      resource,
      Object.entries(actions).flatMap(([action, permission]) => (holds(role, permission) ? [action] : [])),
    ]),
  );
}

const roleOf = (role: Role) => ac.newRole(statementsOf(role) as never);

/** Roles as the library knows them. That it has one of its own, `member`, does not matter: the database refuses it. */
export const organizationRoles = {
  ac,
  roles: Object.fromEntries(ROLES.map((role) => [role, roleOf(role)])) as Record<
    Role,
    ReturnType<typeof roleOf>
  >,
};
