import { CombinedGraphQLErrors } from '@apollo/client';
import { reasonOf } from './reason.js';

/** Why something was refused. */
export class Refused extends Error {
  override readonly name = 'Refused';

  constructor(
    message: string,
    /** Field -> what is allowed, where the API names fields. */
    readonly faults: Readonly<Record<string, string>> = {},
    /** The API's own word for the reason, where it has one. */
    readonly code?: string,
  ) {
    super(message);
  }
}

/** Asks the API for something. @throws Refused in its own words */
export async function ask<T>(change: () => Promise<T>): Promise<T> {
  try {
    return await change();
  } catch (error) {
    throw new Refused(reasonOf(error), fieldFaultsOf(error), codeOf(error));
  }
}

export function codeOf(error: unknown): string | undefined {
  if (!CombinedGraphQLErrors.is(error)) return undefined;
  const code = error.errors[0]?.extensions?.['code'];
  return typeof code === 'string' ? code : undefined;
}

function fieldFaultsOf(error: unknown): Record<string, string> {
  if (!CombinedGraphQLErrors.is(error)) return {};
  const faults = error.errors[0]?.extensions?.['faults'];
  if (!Array.isArray(faults)) return {};
  return Object.fromEntries(
    (faults as { field: string; message: string }[]).map(({ field, message }) => [field, message]),
  );
}
