import { useQuery } from '@apollo/client/react';
import { MembersDocument } from '../../gql/graphql.js';
import { useSession } from '../../session/session.js';

/** What people call whom the trail knows by an ID: members by their names, others as they stand there. */
export function useActorNames(): (actor: string) => string {
  const { viewer } = useSession();
  const { data } = useQuery(MembersDocument, { skip: viewer === undefined });
  const names = new Map(data?.members.map(({ userId, name }) => [`user:${userId}`, name]));
  return (actor) => names.get(actor) ?? actor;
}
