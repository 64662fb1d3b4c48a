import { useQuery } from '@apollo/client/react';
import { InvitationDocument } from '../../gql/graphql.js';
import { invitationOf } from '../../session/next.js';

/** The invitation that a door leads back to, and the address that it is for, once that is known. */
export function useInvited(next: string): { readonly id: string; readonly email?: string } | undefined {
  const id = invitationOf(next);
  const { data } = useQuery(InvitationDocument, { variables: { id: id ?? '' }, skip: id === undefined });
  if (id === undefined) return undefined;
  const email = data?.invitation?.email;
  return email === undefined ? { id } : { id, email };
}
