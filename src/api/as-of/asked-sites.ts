import {
  type DocumentNode,
  type FieldNode,
  getArgumentValues,
  getDirectiveValues,
  getVariableValues,
  GraphQLIncludeDirective,
  type GraphQLSchema,
  GraphQLSkipDirective,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
} from 'graphql';

import type { AsOfInput } from './as-of-input.js';

interface AskedSite {
  readonly id: string;
  readonly asOf: AsOfInput;
  /** A field `difference` is among what is asked of it. */
  readonly difference: boolean;
}

/** The sites of a query that are asked for as they were: `site` is a field of the query itself, so only those are looked at. */
export function askedSites(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  given: Readonly<Record<string, unknown>>,
): AskedSite[] {
  const definition = schema.getQueryType()?.getFields()['site'];
  if (!definition || operation.operation !== OperationTypeNode.QUERY) return [];
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], given, { maxErrors: 1 });
  // Unfit variables: the execution says so.
  if (!coerced) return [];
  const fields = fieldsIn(document, coerced);
  return fields(operation.selectionSet)
    .filter(({ name }) => name.value === 'site')
    .flatMap((field) => {
      const { id, asOf } = getArgumentValues(definition, field, coerced) as { id: string; asOf?: AsOfInput };
      if (asOf == null) return [];
      const details = field.selectionSet ? fields(field.selectionSet) : [];
      const difference = details
        .filter(({ name }) => name.value === 'asOf')
        .flatMap(({ selectionSet }) => (selectionSet ? fields(selectionSet) : []))
        .some(({ name }) => name.value === 'difference');
      return [{ id, asOf, difference }];
    });
}

/** Fields of a selection, fragments written out, without those that the variables leave out. */
function fieldsIn(
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>>,
): (set: SelectionSetNode) => FieldNode[] {
  const fields = (set: SelectionSetNode): FieldNode[] =>
    set.selections.flatMap((selection) => {
      if (getDirectiveValues(GraphQLSkipDirective, selection, variables)?.['if'] === true) return [];
      if (getDirectiveValues(GraphQLIncludeDirective, selection, variables)?.['if'] === false) return [];
      if (selection.kind === Kind.FIELD) return [selection];
      if (selection.kind === Kind.INLINE_FRAGMENT) return fields(selection.selectionSet);
      const fragment = document.definitions.find(
        (each) => each.kind === Kind.FRAGMENT_DEFINITION && each.name.value === selection.name.value,
      );
      return fragment?.kind === Kind.FRAGMENT_DEFINITION ? fields(fragment.selectionSet) : [];
    });
  return fields;
}
