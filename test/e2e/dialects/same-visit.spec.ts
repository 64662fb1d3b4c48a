import { expect, it } from 'vitest';

import type { StoredEvent } from '#events/stored-event.js';
import { waitFor } from '../../harness/wait-for.js';
import { clientLab } from '../support/client-lab.js';

const lab = clientLab();

/** One visit, by each client: somebody who came from a search views a page and buys. */
const clients: Readonly<Record<string, (url: string) => string>> = {
  segment: (url) => `
    import { AnalyticsBrowser } from '@segment/analytics-next';
    const analytics = AnalyticsBrowser.load({ writeKey: 'segment', cdnURL: '${url}' });
    analytics.page();
    analytics.track('Purchase', { plan: 'pro', revenue: 19.9, currency: 'EUR' });`,
  posthog: (url) => `
    import posthog from 'posthog-js';
    posthog.init('posthog', { api_host: '${url}' });
    setTimeout(() => posthog.capture('Purchase', { plan: 'pro', revenue: 19.9, currency: 'EUR' }), 50);`,
  plausible: (url) => `
    import { init, track } from '@plausible-analytics/tracker';
    init({ domain: 'plausible', endpoint: '${url}/api/event' });
    track('Purchase', { props: { plan: 'pro' }, revenue: { amount: 19.9, currency: 'EUR' } });`,
  umami: (url) => `
    const send = (payload) => fetch('${url}/api/send', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'event', payload: {
        website: 'umami', url: location.href, hostname: location.hostname, referrer: document.referrer, ...payload } }),
    });
    send({});
    send({ name: 'Purchase', data: { plan: 'pro', revenue: 19.9, currency: 'EUR' } });`,
};

/** What the visit was, whoever told of it: not who it was, which clients know differently, nor on which way it came. */
function visit({ type, url, path, referrer, properties, occurredAt }: StoredEvent, since: number): object {
  return {
    type,
    url,
    path,
    referrer,
    properties,
    inTime: occurredAt >= since && occurredAt <= Date.now() + 1_000,
  };
}

it('the same visit through four dialects gives the same canonical events', async () => {
  const since = Date.now() - 1_000;
  const told: Record<string, object[]> = {};
  for (const [site, script] of Object.entries(clients)) {
    const client = await lab.pages.open(
      script(lab.ingest.url),
      '/pricing?utm_source=mail',
      'https://search.example/',
    );
    const events = await waitFor(
      async () => {
        const stored = await lab.storedOf(site);
        return stored.length >= 2 && stored;
      },
      { message: `the visit of ${site}: ${client.problems.join()}` },
    );
    told[site] = events
      .filter(({ type }) => type === 'page_view' || type === 'Purchase')
      .toSorted((a, b) => (a.type < b.type ? 1 : -1))
      .map((event) => visit(event, since));
    await client.close();
  }
  const url = `${lab.pages.origin}/pricing?utm_source=mail`;
  const page = { url, path: '/pricing', referrer: 'https://search.example/', inTime: true };
  const expected = [
    { type: 'page_view', ...page, properties: undefined },
    { type: 'Purchase', ...page, properties: { plan: 'pro', revenue: 19.9, currency: 'EUR' } },
  ];
  expect(told).toEqual({ segment: expected, posthog: expected, plausible: expected, umami: expected });
});
