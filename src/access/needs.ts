import { Extensions } from '@nestjs/graphql';

import type { Permission } from './permissions.js';

/** Under which name a field of the schema says what it needs. */
export const NEEDS = 'needs';

/** What who asks for this query, mutation or subscription must be permitted. One that says nothing is refused to all. */
export const Needs = (permission: Permission): MethodDecorator => Extensions({ [NEEDS]: permission });
