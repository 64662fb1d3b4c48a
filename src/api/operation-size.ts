import { GraphQLError, Kind, type OperationDefinitionNode, OperationTypeNode } from 'graphql';

/** Bytes of a request, unpacked. What brings events has the bound of their doors, which the server's parser holds it to. */
export const OPERATION_BYTES = 64 * 1024;

const BRINGS_EVENTS = new Set(['trackEvent', 'trackEvents']);

/** The refusal of an operation that came in a larger body than one like it needs; undefined where it is as it should be. */
export function oversized(operation: OperationDefinitionNode, bytes: number): GraphQLError | undefined {
  if (bytes <= OPERATION_BYTES || bringsEventsAlone(operation)) return undefined;
  const most = OPERATION_BYTES.toLocaleString('en');
  return new GraphQLError(
    `body must be at most ${most} bytes, variables included, where it brings no events`,
    {
      extensions: { code: 'BODY_TOO_LARGE', http: { status: 413 } },
    },
  );
}

/** What a fragment brings is not looked for. */
function bringsEventsAlone({ operation, selectionSet }: OperationDefinitionNode): boolean {
  return (
    operation === OperationTypeNode.MUTATION &&
    selectionSet.selections.every((each) => each.kind === Kind.FIELD && BRINGS_EVENTS.has(each.name.value))
  );
}
