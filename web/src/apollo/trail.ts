import type { FieldPolicy, Reference, StoreObject } from '@apollo/client';

/**
 * How the cache holds a trail, newest first. A page of what was `before` goes below the change that it was asked from; what is
 * asked for again at the head leaves what was read below, where the two meet.
 *
 * @param id the field that tells its changes apart, and that `before` names
 * @param keyArgs whose trail it is
 */
export function trailBy(id: string, keyArgs: NonNullable<FieldPolicy['keyArgs']>): FieldPolicy {
  return {
    keyArgs,
    merge(known: readonly Change[] = [], come: readonly Change[], { args, readField }) {
      const placeOf = (wanted: unknown) =>
        known.findIndex((each) => String(readField(id, each)) === String(wanted));
      const before: unknown = args?.['before'];
      if (before != null) {
        const above = placeOf(before);
        return above < 0 ? known : [...known.slice(0, above + 1), ...come];
      }
      const last = come.at(-1);
      const meet = last ? placeOf(readField(id, last)) : -1;
      return meet < 0 ? come : [...come, ...known.slice(meet + 1)];
    },
  };
}

type Change = Reference | StoreObject;
