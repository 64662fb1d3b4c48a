import { Extensions } from '@nestjs/graphql';

import { type Actor, may } from './actor.js';
import type { Permission } from './permissions.js';

/** Under which name a field of the schema says what it needs. */
const NEEDS = 'needs';

/**
 * What who asks for this query, mutation or subscription must be permitted; of several, one is enough. One that says
 * nothing is refused to all.
 */
export const Needs = (...permissions: [Permission, ...Permission[]]): MethodDecorator & PropertyDecorator =>
  Extensions({ [NEEDS]: permissions });

/** What a field of the schema says of it; empty where it says nothing. */
export function needsOf(extensions: Readonly<Record<string, unknown>>): readonly Permission[] {
  return (extensions[NEEDS] as readonly Permission[] | undefined) ?? [];
}

export function mayOne(actor: Actor, needs: readonly Permission[]): boolean {
  return needs.some((permission) => may(actor, permission));
}
