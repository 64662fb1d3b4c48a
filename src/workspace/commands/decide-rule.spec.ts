import { describe, expect, it } from 'vitest';
import type { SiteRule } from '#events/site-rules/site-rule.js';
import type { SiteEvent } from '#events/workspace-event.js';
import { Workspace } from '#workspace/state/workspace.js';
import { decideAddRule, decideRemoveRule, decideUndoRule } from './decide-rule.js';
import type { Decision } from './decide-site.js';

const asked = { actor: 'local-operator', at: 2_000 };
const by = { siteId: 'shop', actor: 'somebody', at: 1_000 };
const created: SiteEvent = { type: 'SiteCreated', ...by, partition: 2 };

/** `n` tells rules apart. */
const idOf = (n: number) => `0192f3a4-5b6c-7d8e-9f01-00000000000${n}`;
const admin: SiteRule = { id: idOf(1), kind: 'exclude_path', pattern: '/admin/**' };
const users: SiteRule = { id: idOf(2), kind: 'path_template', pattern: '/users/*', template: '/users/:id' };
const newId = idOf(9);
const add = (rule: SiteRule): SiteEvent => ({ type: 'RuleAdded', ...by, rule });
const remove = ({ id }: SiteRule): SiteEvent => ({ type: 'RuleRemoved', ...by, ruleId: id });

/** The site after these events. */
function given(...events: SiteEvent[]) {
  const workspace = new Workspace();
  events.forEach((event, i) => workspace.apply(event, i + 1));
  return workspace.site('shop');
}

const refused = (decision: Decision) =>
  typeof decision === 'object' && 'refused' in decision ? decision : undefined;
const ofAdmin = { kind: 'exclude_path', pattern: '/admin/**' };

describe('add a rule', () => {
  const decide = (site: ReturnType<typeof given>, rule: object) => decideAddRule(site, rule, newId, asked);

  it('as it is given, with an ID of its own or a new one', () => {
    const event = { type: 'RuleAdded', siteId: 'shop', ...asked };
    expect(decide(given(created), admin)).toEqual({ event: { ...event, rule: admin } });
    expect(decide(given(created), { ...ofAdmin, id: null, template: undefined })).toEqual({
      event: { ...event, rule: { ...ofAdmin, id: newId } },
    });
  });

  it('what a rule says already is no change, whatever its ID', () => {
    expect(decide(given(created, add(admin)), ofAdmin)).toBe('unchanged');
    expect(decide(given(created, add(admin)), admin)).toBe('unchanged');
    expect(decide(given(created, add(admin), remove(admin)), ofAdmin)).toMatchObject({ event: {} });
  });

  it('refuses what is no rule, each fault with its field', () => {
    const decision = refused(decide(given(created), { kind: 'merge_path', from: 'a', to: '/b*' }));
    expect(decision?.faults?.map(({ field }) => field)).toEqual(['from', 'to']);
    expect(decision?.message).toBe(decision?.faults?.map(({ message }) => message).join('; '));
    expect(refused(decide(given(created), { kind: 'x' }))?.faults?.[0]?.field).toBe('kind');
  });

  it('refuses a rule that does not go with the others: by its field, or by the ID of the other', () => {
    const again = refused(decide(given(created, add(admin)), { ...admin, id: idOf(3) }));
    expect(again?.message).toBe(`pattern must not repeat rule ${admin.id}: remove that one first`);
    expect(refused(decide(given(created, add(admin)), { ...users, id: admin.id }))?.faults).toEqual([
      { field: 'id', message: 'id must be unique: another rule has it' },
    ]);
    const spelled = given(
      created,
      add({ id: idOf(4), kind: 'merge_path', from: '/A', to: '/b' }),
      add({ id: idOf(5), kind: 'merge_path', from: '/a', to: '/c' }),
    );
    expect(refused(decide(spelled, { kind: 'lower_case' }))?.message).toMatch(
      new RegExp(`^rule ${idOf(5)}: from must not be the same as in rule ${idOf(4)}`),
    );
  });

  it('refuses an unknown site', () => {
    expect(refused(decide(given(), ofAdmin))?.refused).toBe('unknown_site');
  });
});

describe('remove a rule', () => {
  const decide = (site: ReturnType<typeof given>, ruleId: string) => decideRemoveRule(site, ruleId, asked);

  it('by its ID', () => {
    expect(decide(given(created, add(admin), add(users)), ` ${admin.id.toUpperCase()}`)).toEqual({
      event: { type: 'RuleRemoved', siteId: 'shop', ruleId: admin.id, ...asked },
    });
  });

  it('one that was removed already is no change, one that never was is refused', () => {
    expect(decide(given(created, add(admin), remove(admin)), admin.id)).toBe('unchanged');
    expect(refused(decide(given(created), admin.id))?.message).toMatch(/^ruleId must be the ID of a rule/);
    expect(refused(decide(given(), admin.id))?.refused).toBe('unknown_site');
  });

  it('refuses where it keeps two others apart', () => {
    const exception: SiteRule = { id: idOf(3), kind: 'path_template', pattern: '/b', template: '/b' };
    const round = given(
      created,
      add(exception),
      add({ id: idOf(4), kind: 'merge_path', from: '/a', to: '/b' }),
      add({ id: idOf(5), kind: 'path_template', pattern: '/b*', template: '/a' }),
    );
    expect(refused(decide(round, exception.id))?.message).toMatch(/^rule .*must not lead back/);
  });
});

describe('undo', () => {
  const decide = (site: ReturnType<typeof given>, ruleId?: string) => decideUndoRule(site, ruleId, asked);
  const removed = ({ id }: SiteRule) => ({
    event: { type: 'RuleRemoved', siteId: 'shop', ruleId: id, ...asked },
  });
  const added = (rule: SiteRule) => ({ event: { type: 'RuleAdded', siteId: 'shop', rule, ...asked } });

  it('takes back the last change, and when asked again that of itself', () => {
    expect(decide(given(created, add(admin), add(users)))).toEqual(removed(users));
    expect(decide(given(created, add(admin), add(users), remove(admin)))).toEqual(added(admin));
    expect(decide(given(created, add(admin), remove(admin), add(admin)))).toEqual(removed(admin));
  });

  it('takes back the last change of one rule', () => {
    const site = given(created, add(admin), remove(admin), add(users));
    expect(decide(site, admin.id)).toEqual(added(admin));
    expect(decide(site, users.id)).toEqual(removed(users));
  });

  it('refuses where there is nothing to take back, or another rule came in its place', () => {
    expect(refused(decide(given(created)))?.message).toMatch(/nothing to undo$/);
    expect(refused(decide(given(created, add(admin)), users.id))?.message).toMatch(/^ruleId must be the ID/);
    const replaced = given(created, add(admin), remove(admin), add({ ...admin, id: idOf(3) }));
    expect(refused(decide(replaced, admin.id))?.message).toBe(
      `pattern must not repeat rule ${idOf(3)}: remove that one first`,
    );
    expect(refused(decide(given()))?.refused).toBe('unknown_site');
  });
});
