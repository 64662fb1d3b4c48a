import { CombinedGraphQLErrors } from '@apollo/client';
import { reasonOf } from '../../apollo/reason.js';
import type { SiteSettings } from './site.js';

/** Why a change was refused. */
export class Refused extends Error {
  override readonly name = 'Refused';

  constructor(
    message: string,
    /** Field -> what is allowed, where the API names fields. */
    readonly faults: Readonly<Record<string, string>>,
  ) {
    super(message);
  }
}

// What this page itself changed was seen by whoever looks at it, also before the page shows it.
const ownRevisions = new Map<string, number>();

/**
 * Makes a change of a site that nobody else has changed since the page showed it.
 *
 * @throws Refused in the API's own words
 */
export async function make(
  { id, revision }: Pick<SiteSettings, 'id' | 'revision'>,
  change: (revision: number) => Promise<{ data?: { done: { revision: number } } | null | undefined }>,
): Promise<void> {
  const { data } = await ask(() => change(Math.max(revision, ownRevisions.get(id) ?? 0)));
  if (data) ownRevisions.set(id, data.done.revision);
}

/** Asks the API for something. @throws Refused in its own words */
export async function ask<T>(change: () => Promise<T>): Promise<T> {
  try {
    return await change();
  } catch (error) {
    throw new Refused(messageOf(error), faultsOf(error));
  }
}

function messageOf(error: unknown): string {
  if (!CombinedGraphQLErrors.is(error)) return reasonOf(error);
  if (error.errors[0]?.extensions?.['code'] === 'CONFLICT')
    return 'Somebody else changed this site a moment ago. The page shows it as it is now: look, and try again.';
  return reasonOf(error);
}

function faultsOf(error: unknown): Record<string, string> {
  if (!CombinedGraphQLErrors.is(error)) return {};
  const faults = error.errors[0]?.extensions?.['faults'];
  if (!Array.isArray(faults)) return {};
  return Object.fromEntries(
    (faults as { field: string; message: string }[]).map(({ field, message }) => [field, message]),
  );
}
