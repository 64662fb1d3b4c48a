/** What each role may, in a few words; the API decides. */
export const ROLES = [
  { value: 'owner', name: 'Owner', says: 'may everything, and gives sites away' },
  { value: 'admin', name: 'Admin', says: 'manages people, keys and projects' },
  { value: 'editor', name: 'Editor', says: 'changes the settings of sites' },
  { value: 'viewer', name: 'Viewer', says: 'sees the figures' },
] as const;

/** Only owners make owners. */
export const rolesFor = (owner: boolean) => ROLES.filter(({ value }) => owner || value !== 'owner');

/** Whether it may make sites in its organization, or give some to it. */
export const makesProjects = (role: string): boolean => role === 'owner' || role === 'admin';

/** "an owner". */
export const withArticle = (role: string): string => (/^[aeiou]/.test(role) ? `an ${role}` : `a ${role}`);
