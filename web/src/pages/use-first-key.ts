import { useMutation } from '@apollo/client/react';
import { ask } from '../apollo/ask.js';
import { CreateKeyDocument } from '../gql/graphql.js';
import { keepNewKey } from '../session/new-keys.js';

/** Makes the public key that a project begins with. @returns it @throws Refused */
export function useFirstKey(): (siteId: string) => Promise<string | undefined> {
  const [create] = useMutation(CreateKeyDocument);
  return async (siteId) => {
    const variables = {
      siteId,
      name: 'Pages',
      kind: 'PUBLIC',
      scopes: null,
      origins: null,
      expiresAt: null,
    } as const;
    const { data } = await ask(() => create({ variables }));
    if (data) keepNewKey(siteId, data.createKey.secret);
    return data?.createKey.secret;
  };
}
