import { afterAll, beforeAll, expect, it } from 'vitest';

import { GOOD, post, startIngest, type IngestApp } from './support/ingest-app.js';

let direct: IngestApp;
let proxied: IngestApp;
beforeAll(async () => {
  [direct, proxied] = await Promise.all([
    startIngest({ proxyHops: 1 }),
    startIngest({ proxyHops: 1, countryHeader: 'cf-ipcountry' }),
  ]);
});
afterAll(async () => {
  await Promise.all([direct?.stop(), proxied?.stop()]);
});

/** What the log says of where an event came from. */
async function placeOf(app: IngestApp, event: object, headers: Record<string, string> = {}) {
  const answer = await post(`${app.url}/api/event`, { ...GOOD, ...event }, { headers });
  expect(answer.status, answer.text).toBe(202);
  const stored = (await app.stored()).find(({ id }) => id === answer.body?.['eventId']);
  expect(JSON.stringify(stored)).not.toMatch(/8\.8\.8\.8|2a01|202\.79/);
  return stored?.geo;
}

const from = (address: string, more: Record<string, string> = {}) => ({
  'x-forwarded-for': address,
  ...more,
});
const registry = expect.stringMatching(/^geo-whois-asn-country \d{4}-\d{2}-\d{2}$/) as string;

it.each([
  ['8.8.8.8', 'US'],
  ['2a01:4f8::1', 'DE'],
  ['202.79.32.10', 'NP'],
])('the address %s is of %s, and only the country is kept', async (address, country) => {
  expect(await placeOf(direct, {}, from(address))).toEqual({ country, by: registry });
  expect(await placeOf(direct, { address })).toEqual({ country, by: registry });
});

it('an address of nobody has no country', async () => {
  for (const address of ['10.0.0.1', '::1', '::ffff:192.168.0.7', '172.16.0.1', 'fd00::7'])
    expect(await placeOf(direct, { address })).toBeUndefined();
  expect(await placeOf(direct, {})).toBeUndefined();
});

it("a proxy's header is believed where it is named, for those whose request it is, and nowhere else", async () => {
  const header = { 'cf-ipcountry': 'fr' };
  const said = { country: 'FR', by: 'header cf-ipcountry' };
  expect(await placeOf(proxied, {}, from('8.8.8.8', header))).toEqual(said);
  expect(await placeOf(proxied, { address: '202.79.32.10' }, header)).toEqual({
    country: 'NP',
    by: registry,
  });
  for (const value of ['XX', 'T1', 'France', '<>', ''])
    expect(await placeOf(proxied, {}, from('8.8.8.8', { 'cf-ipcountry': value }))).toMatchObject({
      country: 'US',
    });
  expect(await placeOf(direct, {}, from('8.8.8.8', header))).toMatchObject({ country: 'US' });
});
