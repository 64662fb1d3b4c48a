import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  NoSchemaIntrospectionCustomRule,
  type SelectionSetNode,
  type ValidationRule,
} from 'graphql';

/** What one operation may ask, on every transport. */
export const limits = { tokens: 2_000, depth: 8, aliases: 30, fields: 1_000 } as const;

// How deep the explorer's own question about the schema goes is not the client's choice.
const INTROSPECTION = new Set(['__schema', '__type']);

interface Cost {
  /** Nesting of fields. */
  readonly depth: number;
  /** Aliased fields, fragments written out. */
  readonly aliases: number;
  /** Fields, fragments written out. */
  readonly fields: number;
}

/** Same rules for HTTP and WebSocket: a limit that one transport lacks is no limit. */
export function limitRules(options: { introspection: boolean }): ValidationRule[] {
  const rule: ValidationRule = (context) => {
    const error = overLimit(context.getDocument(), options.introspection);
    if (error) context.reportError(error);
    return {};
  };
  return options.introspection ? [rule] : [rule, NoSchemaIntrospectionCustomRule];
}

function overLimit(document: DocumentNode, introspection: boolean): GraphQLError | undefined {
  const measure = measurer(document, introspection);
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const { depth, aliases, fields } = measure(definition.selectionSet);
    if (depth > limits.depth) return refusal('QUERY_TOO_DEEP', `nested at most ${limits.depth} levels deep`);
    if (aliases > limits.aliases) {
      return refusal('TOO_MANY_ALIASES', `limited to ${limits.aliases} aliases, fragments written out`);
    }
    if (fields > limits.fields) {
      return refusal('QUERY_TOO_LARGE', `limited to ${limits.fields} fields, fragments written out`);
    }
  }
  return undefined;
}

const refusal = (code: string, rule: string): GraphQLError =>
  new GraphQLError(`The operation is too complex: it is ${rule}`, { extensions: { code } });

/** Each fragment is measured once, so a chain of fragments that doubles at each link costs nothing to refuse. */
function measurer(document: DocumentNode, introspection: boolean): (set: SelectionSetNode) => Cost {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const known = new Map<string, Cost>();
  const nothing: Cost = { depth: 0, aliases: 0, fields: 0 };

  const costOfFragment = (name: string): Cost => {
    const cost = known.get(name);
    if (cost) return cost;
    // Stands while the fragment is being measured: a cycle (refused by another rule) must end here.
    known.set(name, nothing);
    const fragment = fragments.get(name);
    const measured = fragment ? measure(fragment.selectionSet) : nothing;
    known.set(name, measured);
    return measured;
  };

  const measure = (set: SelectionSetNode): Cost => {
    let { depth, aliases, fields } = nothing;
    for (const selection of set.selections) {
      let cost = nothing;
      if (selection.kind === Kind.FRAGMENT_SPREAD) cost = costOfFragment(selection.name.value);
      else if (selection.kind === Kind.INLINE_FRAGMENT) cost = measure(selection.selectionSet);
      else if (!(introspection && INTROSPECTION.has(selection.name.value))) {
        const inner = selection.selectionSet ? measure(selection.selectionSet) : nothing;
        cost = {
          depth: inner.depth + 1,
          aliases: inner.aliases + (selection.alias ? 1 : 0),
          fields: inner.fields + 1,
        };
      }
      depth = Math.max(depth, cost.depth);
      aliases += cost.aliases;
      fields += cost.fields;
    }
    return { depth, aliases, fields };
  };
  return measure;
}
