import { type Grant, permissions, ROLES, SCOPES } from './permissions.js';

/** The table in docs/access.md, made from the one that every door asks. */
export function accessTable(): string {
  const rows = Object.entries<Grant>(permissions).map(([name, { says, roles, scope, shared }]) => [
    `\`${name}\``,
    says,
    ...ROLES.map((role) => yes(roles.includes(role))),
    ...SCOPES.map((each) => yes(scope === each)),
    yes(shared === true),
  ]);
  const head = ['Permission', 'Allows to', ...ROLES, ...SCOPES.map((scope) => `key: ${scope}`), 'share link'];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const yes = (allowed: boolean): string => (allowed ? 'yes' : '–');
