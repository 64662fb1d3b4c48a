import { describe, expect, it } from 'vitest';
import type { SiteEvent } from '#events/workspace-event.js';
import { Workspace } from '#workspace/state/workspace.js';
import {
  decideCreate,
  decideDefineEventType,
  decideVisitorPolicy,
  decideRename,
  decideTimeZone,
  type Decision,
} from './decide-site.js';

const asked = { actor: 'local-operator', at: 2_000 };
const created: SiteEvent = {
  type: 'SiteCreated',
  siteId: 'shop',
  partition: 2,
  at: 1_000,
  actor: 'somebody',
};
const named: SiteEvent = {
  type: 'SiteRenamed',
  siteId: 'shop',
  name: 'The shop',
  at: 1_001,
  actor: 'somebody',
};
const defined: SiteEvent = {
  type: 'EventTypeDefined',
  siteId: 'shop',
  eventType: 'signup',
  description: 'Signed up',
  at: 1_002,
  actor: 'somebody',
};

/** The site after these events. */
function given(...events: SiteEvent[]) {
  const workspace = new Workspace();
  events.forEach((event, i) => workspace.apply(event, i + 1));
  return workspace.site('shop');
}

const refused = (decision: Decision) =>
  typeof decision === 'object' && 'refused' in decision ? decision : undefined;

describe('create', () => {
  const create = (site: ReturnType<typeof given>, name?: string) =>
    decideCreate(site, { siteId: 'shop', name }, 3, asked);

  it('a new site lives where it is told, under its ID or a name', () => {
    const event = { type: 'SiteCreated', siteId: 'shop', partition: 3, ...asked };
    expect(create(given())).toEqual({ event });
    expect(create(given(), '  The shop ')).toEqual({ event: { ...event, name: 'The shop' } });
  });

  it('one that is there is not created again', () => {
    expect(refused(create(given(created)))?.refused).toBe('exists');
  });

  it.each(['', '   ', 'a\nb', 'a\u202eb', 'x'.repeat(101)])('refuses the name %j', (name) => {
    expect(refused(create(given(), name))?.message).toBe('name must be 1 to 100 printable characters');
  });
});

describe('rename', () => {
  it('a site gets the name, without the spaces around it', () => {
    expect(decideRename(given(created), ' The shop ', asked)).toEqual({
      event: { type: 'SiteRenamed', siteId: 'shop', name: 'The shop', ...asked },
    });
  });

  it('the name that it has is no change', () => {
    expect(decideRename(given(created, named), 'The shop', asked)).toBe('unchanged');
    expect(decideRename(given(created), 'shop', asked)).toBe('unchanged');
  });

  it('refuses an unknown site, and what is no name', () => {
    expect(refused(decideRename(given(), 'x', asked))?.refused).toBe('unknown_site');
    expect(refused(decideRename(given(created), '', asked))?.refused).toBe('invalid');
  });
});

describe('change the time zone', () => {
  const change = (site: ReturnType<typeof given>, timeZone: string) => decideTimeZone(site, timeZone, asked);

  it.each([
    ['Europe/Vienna', 'Europe/Vienna'],
    [' america/NEW_york ', 'America/New_York'],
    ['Etc/GMT+5', 'Etc/GMT+5'],
  ])('%j is %s', (given_, timeZone) => {
    expect(change(given(created), given_)).toEqual({
      event: { type: 'SiteTimeZoneChanged', siteId: 'shop', timeZone, ...asked },
    });
  });

  it('the zone that it has is no change', () => {
    expect(change(given(created), 'utc')).toBe('unchanged');
    const there = given(created, {
      type: 'SiteTimeZoneChanged',
      siteId: 'shop',
      timeZone: 'Asia/Tokyo',
      ...asked,
    });
    expect(change(there, 'Asia/Tokyo')).toBe('unchanged');
    expect(change(there, 'UTC')).toMatchObject({ event: { timeZone: 'UTC' } });
  });

  it.each(['', 'Mars/Olympus', '+05:45', '-03', 'Europe/Vienna; DROP', 'x'.repeat(65)])(
    'refuses %j',
    (text) => {
      expect(refused(change(given(created), text))?.message).toMatch(/^timeZone must be the name of an IANA/);
    },
  );

  it('refuses an unknown site', () => {
    expect(refused(change(given(), 'UTC'))?.refused).toBe('unknown_site');
  });
});

describe('change how visitors are known', () => {
  const change = (site: ReturnType<typeof given>, wanted: object) => decideVisitorPolicy(site, wanted, asked);
  const cookieless = {
    type: 'VisitorPolicyChanged',
    siteId: 'shop',
    identity: 'cookieless',
    signals: 'honoured',
    ...asked,
  } as const;

  it('says the whole of it; what is not given stays', () => {
    expect(change(given(created), { identity: 'cookieless' })).toEqual({ event: cookieless });
    expect(change(given(created, cookieless), { signals: 'ignored' })).toMatchObject({
      event: { identity: 'cookieless', signals: 'ignored' },
    });
    expect(change(given(created, cookieless), { identity: 'cookieless' })).toBe('unchanged');
    expect(change(given(created), {})).toBe('unchanged');
  });

  it('refuses an unknown site, and names the field that is at fault', () => {
    expect(refused(change(given(), {}))?.refused).toBe('unknown_site');
    expect(refused(change(given(created), { identity: 'all' }))?.message).toBe(
      'identity must be one of persistent, cookieless',
    );
    expect(refused(change(given(created), { signals: 'no' }))?.message).toBe(
      'signals must be one of honoured, ignored',
    );
  });
});

describe('define an event type', () => {
  const define = (site: ReturnType<typeof given>, eventType: string, description: string) =>
    decideDefineEventType(site, { eventType, description }, asked);

  it('says what it means, in lines of text', () => {
    expect(define(given(created), ' signup', 'Signed up.\nOnce an account. ')).toEqual({
      event: {
        type: 'EventTypeDefined',
        siteId: 'shop',
        eventType: 'signup',
        description: 'Signed up.\nOnce an account.',
        ...asked,
      },
    });
  });

  it('takes it back', () => {
    expect(define(given(created, defined), 'signup', '')).toMatchObject({ event: { description: '' } });
    expect(define(given(created), 'signup', '')).toBe('unchanged');
  });

  it('what it means already is no change', () => {
    expect(define(given(created, defined), 'signup', 'Signed up')).toBe('unchanged');
  });

  const plan = { name: 'plan', kind: 'text', required: true } as const;
  const carrying = { ...defined, properties: [plan], strict: true } as const;

  it('says what its events carry, and whether others are refused', () => {
    const decide = (site: ReturnType<typeof given>, change: object) =>
      decideDefineEventType(site, { eventType: 'signup', description: 'Signed up', ...change }, asked);
    expect(decide(given(created), { properties: [plan], strict: true })).toMatchObject({
      event: { properties: [plan], strict: true },
    });
    // What is not given stays.
    expect(decide(given(created, carrying), {})).toBe('unchanged');
    expect(decide(given(created, carrying), { description: 'Joined' })).toMatchObject({
      event: { description: 'Joined', properties: [plan], strict: true },
    });
    const lenient = decide(given(created, carrying), { strict: false });
    expect(lenient).toMatchObject({ event: { properties: [plan] } });
    expect(lenient).not.toHaveProperty('event.strict');
    const nothing = decide(given(created, carrying), { properties: [] });
    expect(nothing).not.toHaveProperty('event.properties');
    expect(nothing).not.toHaveProperty('event.strict');
    expect(refused(decide(given(created), { properties: [{ name: 'a', kind: 'date' }] }))).toMatchObject({
      message: expect.stringMatching(/^properties\[0\]\.kind must be one of text, /) as string,
      faults: [{ field: 'properties[0].kind' }],
    });
  });

  it('refuses an unknown site, and names the field that is at fault', () => {
    expect(refused(define(given(), 'signup', 'x'))?.refused).toBe('unknown_site');
    expect(refused(define(given(created), '', 'x'))?.message).toMatch(/^eventType must be/);
    expect(refused(define(given(created), 'signup', 'x'.repeat(501)))?.message).toMatch(
      /^description must be/,
    );
    expect(refused(define(given(created), 'signup', 'a\u0000b'))?.message).toMatch(/^description must be/);
  });
});
