import { expect, it } from 'vitest';

import { newKey } from '#access/key.js';
import { Workspace } from '#workspace/state/workspace.js';

import { decideCreateKey, decideRetire, decideSuccessor } from './decide-key.js';

const HOUR_MS = 3_600_000;

it.each([undefined, 100 * HOUR_MS])(
  'a key that is rotated twice has successors that last as it was made to: %s',
  (expiresAt) => {
    const workspace = new Workspace();
    const asked = (at: number) => ({ actor: 'x', at });
    const made = (id: string) => ({ id, text: newKey('secret') });
    const given = { name: 'a', kind: 'secret', expiresAt } as const;
    const keyNow = () => {
      const key = workspace.keys.key('k1');
      if (!key) throw new Error('no key');
      return key;
    };
    const first = decideCreateKey({ organizationId: 'o1' }, given, made('k1'), asked(0));
    if (!(typeof first === 'object' && 'event' in first)) throw new Error('refused');
    workspace.apply(first.event, 1);
    const retired = decideRetire(keyNow(), 24, asked(HOUR_MS));
    if (!(typeof retired === 'object' && 'event' in retired)) throw new Error('not retired');
    workspace.apply(retired.event, 2);
    expect(keyNow().expiresAt).toBe(25 * HOUR_MS);
    const again = decideSuccessor(keyNow(), undefined, made('k3'), asked(2 * HOUR_MS));
    expect(again).toMatchObject({ event: { replaces: 'k1' } });
    expect((again as { event: { expiresAt?: number } }).event.expiresAt).toBe(expiresAt && 102 * HOUR_MS);
  },
);
