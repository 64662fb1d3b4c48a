import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { PacedSender } from './paced-sender.js';
import { percentile, type Row } from './report.js';

const DAY = 86_400_000;

/** A year of one site: `perDay` views on each of 365 days, spread over 40 paths. Sent through the batch door. */
export async function sendYear(
  url: string,
  siteId: string,
  perDay: number,
  headers: Readonly<Record<string, string>> = {},
): Promise<number> {
  const end = Math.floor(Date.now() / DAY) * DAY;
  let sent = 0;
  for (let day = 1; day <= 365; day++) {
    const at = end - day * DAY;
    const events = Array.from({ length: perDay }, (_, index) => ({
      siteId,
      eventType: 'page_view',
      path: `/articles/${(index * 7 + day) % 40}`,
      timestamp: new Date(at + Math.floor((index / perDay) * DAY)).toISOString(),
      visitorId: `visitor-${index % Math.ceil(perDay / 3)}`,
    }));
    const answer = await fetch(`${url}/api/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ events }),
    });
    if (answer.status !== 202)
      throw new Error(`the year could not be sent: ${answer.status} ${await answer.text()}`);
    sent += perDay;
  }
  return sent;
}

/** `dailyStats` over a year of one site, one request after another; every answer must have the year's total. */
export async function dailyStatsRow(url: string, siteId: string, expected: number): Promise<Row> {
  const times: number[] = [];
  for (let i = 0; i < 300; i++) {
    const started = performance.now();
    const total = await askYear(url, siteId);
    times.push(performance.now() - started);
    if (total !== expected) throw new Error(`dailyStats counted ${total}, ${expected} were sent`);
  }
  return {
    figure: 'dailyStats over a year of one site, p95',
    value: percentile(times.slice(20), 0.95),
    unit: 'ms',
    note: `p50 ${percentile(times.slice(20), 0.5).toFixed(1)} ms, ${expected.toLocaleString('en')} events`,
  };
}

/** Page views of the year, day by day. */
export async function askYear(
  url: string,
  siteId: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<number> {
  const end = Math.floor(Date.now() / DAY) * DAY;
  const range = { from: iso(end - 365 * DAY), to: iso(end) };
  const query = `query($id: ID!, $range: DateRangeInput!) { site(id: $id) { dailyStats(range: $range) { day pageViews events uniqueVisitors } } }`;
  const data = (await graphql(url, query, { id: siteId, range }, headers)) as {
    site: { dailyStats: { pageViews: number }[] };
  };
  return data.site.dailyStats.reduce((sum, day) => sum + day.pageViews, 0);
}

/**
 * From the 202 of an event to the push that counts it, at `rate` events a second: the k-th 202 is paired with the first
 * push whose total is at least k.
 */
export async function delayRow(url: string, rate: number, seconds: number): Promise<Row> {
  const siteId = `delay-${process.pid}-${rate}`;
  const stored: number[] = [];
  const seen: number[] = [];
  const today = iso(Date.now());
  const client = createClient({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket });
  const pushes = client.iterate<{ siteChanged: { site: { totals: { current: { events: number } } } } }>({
    query: `subscription($id: ID!, $range: DateRangeInput!) { siteChanged(siteId: $id) { site { totals(range: $range) { current { events } } } } }`,
    variables: { id: siteId, range: { from: iso(Date.now() - DAY), to: today } },
  });
  const total = rate * seconds;
  const watching = (async () => {
    for await (const push of pushes) {
      if (push.errors) throw new Error(JSON.stringify(push.errors));
      const counted = push.data?.siteChanged.site.totals.current.events ?? 0;
      const now = performance.now();
      while (seen.length < counted) seen.push(now);
      if (seen.length >= total) return;
    }
  })();
  await sendAtRate(url, siteId, rate, total, () => stored.push(performance.now()));
  await Promise.race([watching, timeout(20_000, () => `only ${seen.length} of ${total} events were pushed`)]);
  await client.dispose();
  const delays = stored.map((at, index) => Math.max(0, (seen[index] ?? Number.NaN) - at));
  return {
    figure: `stored to pushed over GraphQL at ${rate.toLocaleString('en')} events/s, p95`,
    value: percentile(delays, 0.95),
    unit: 'ms',
    mark: '< 250 ms',
    met: percentile(delays, 0.95) < 250,
    note: `p50 ${percentile(delays, 0.5).toFixed(0)} ms, ${total.toLocaleString('en')} events`,
  };
}

async function sendAtRate(
  url: string,
  siteId: string,
  rate: number,
  total: number,
  onStored: () => void,
): Promise<void> {
  const sender = new PacedSender(`${url}/api/event`, 64);
  try {
    const started = performance.now();
    const pending: Promise<void>[] = [];
    for (let sent = 0; sent < total;) {
      const due = Math.min(total, Math.floor(((performance.now() - started) / 1000) * rate) + 1);
      for (; sent < due; sent++) pending.push(sender.send(event(siteId, sent)).then(onStored));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await Promise.all(pending);
  } finally {
    sender.stop();
  }
}

const event = (siteId: string, index: number): object => ({
  siteId,
  eventType: 'page_view',
  path: `/p/${index % 50}`,
  timestamp: new Date().toISOString(),
  visitorId: `v-${index % 200}`,
});

export async function graphql(
  url: string,
  query: string,
  variables: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await answer.json()) as { data?: unknown; errors?: unknown };
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data;
}

async function timeout(ms: number, message: () => string): Promise<never> {
  await new Promise((resolve) => setTimeout(resolve, ms).unref());
  throw new Error(message());
}

function iso(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** Resolves when the read models hold `expected` page views of the site. */
export async function untilCounted(
  url: string,
  siteId: string,
  expected: number,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const range = { from: iso(Date.now() - 400 * DAY), to: iso(Date.now()) };
  const query = `query($id: ID!, $range: DateRangeInput!) { site(id: $id) { totals(range: $range) { current { pageViews } } } }`;
  const until = performance.now() + 60_000;
  let counted = 0;
  while (performance.now() < until) {
    const data = (await graphql(url, query, { id: siteId, range }, headers)) as {
      site: { totals: { current: { pageViews: number } } } | null;
    };
    counted = data.site?.totals.current.pageViews ?? 0;
    if (counted === expected) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${counted} of ${expected} events were counted within a minute`);
}
