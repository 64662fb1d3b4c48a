import { load } from './load.js';
import { startProduct } from './product.js';
import { askYear, sendYear, untilCounted } from './reading.js';
import { median, percentile, type Row } from './report.js';
import { inFolder } from './servers.js';

const CONNECTIONS = 256;
const ROUNDS = 9;
const SECONDS = 4;
const QUERIES = 400;
const WARM_UP = 40;
const PER_DAY = 300;

/** A product, and what its callers bring to be let in. */
interface Entered {
  readonly url: string;
  readonly siteId: string;
  /** Of whoever sends. */
  readonly sender: Readonly<Record<string, string>>;
  /** Of whoever reads. */
  readonly reader: Readonly<Record<string, string>>;
}

/** What accounts, keys and the walls between tenants cost: the product with them against the product without, in turn. */
export async function accessRows(): Promise<Row[]> {
  return [await withBoth('api', keyRow), await withBoth('all', readingRow)];
}

/** Single events with a key against single events to an open product. */
async function keyRow(open: Entered, closed: Entered): Promise<Row> {
  const rate = async ({ url, siteId, sender }: Entered, seconds: number): Promise<number> => {
    const body = JSON.stringify({
      siteId,
      eventType: 'page_view',
      path: '/pricing',
      timestamp: new Date().toISOString(),
      visitorId: 'bench-visitor',
      referrer: 'https://example.org/',
    });
    const result = await load({
      url: `${url}/api/event`,
      body,
      headers: sender,
      connections: CONNECTIONS,
      seconds,
    });
    if (result.failed > 0) throw new Error(`${result.failed} of ${result.total} were not answered 2xx`);
    return result.requestsPerSecond;
  };
  await rate(open, 2);
  await rate(closed, 2);
  const rounds: { open: number; closed: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    // Whoever is second finds a machine that is warmer: they take turns in that too.
    const [first, second] = round % 2 === 0 ? [open, closed] : [closed, open];
    const one = await rate(first, SECONDS);
    const other = await rate(second, SECONDS);
    rounds.push(round % 2 === 0 ? { open: one, closed: other } : { open: other, closed: one });
  }
  const share = 100 * median(rounds.map((each) => each.closed / each.open));
  return {
    figure: `single-event HTTP with a key, role api, ${CONNECTIONS} connections`,
    value: median(rounds.map((each) => each.closed)),
    unit: 'req/s',
    baseline: { name: 'without keys', value: median(rounds.map((each) => each.open)) },
    mark: '>= 95 %',
    met: share >= 95,
    note: `median of the ratios of ${ROUNDS} rounds ${share.toFixed(1)} %`,
  };
}

/** A dashboard query by somebody who is signed in, behind row level security, against one that nobody has to sign in for. */
async function readingRow(open: Entered, closed: Entered): Promise<Row> {
  for (const { url, siteId, sender, reader } of [open, closed]) {
    const total = await sendYear(url, siteId, PER_DAY, sender);
    await untilCounted(url, siteId, total, reader);
  }
  const times = { open: [] as number[], closed: [] as number[] };
  for (let query = 0; query < QUERIES; query++) {
    for (const [name, { url, siteId, reader }] of Object.entries({ open, closed })) {
      const started = performance.now();
      await askYear(url, siteId, reader);
      if (query >= WARM_UP) times[name as keyof typeof times].push(performance.now() - started);
    }
  }
  const [before, after] = [percentile(times.open, 0.95), percentile(times.closed, 0.95)];
  return {
    figure: 'dailyStats over a year of one site, signed in, p95',
    value: after,
    unit: 'ms',
    baseline: { name: 'without accounts', value: before },
    mark: '< 2 ms more',
    met: after - before < 2,
    note: `p50 ${percentile(times.closed, 0.5).toFixed(1)} and ${percentile(times.open, 0.5).toFixed(1)} ms`,
  };
}

/** Both products, each with servers of its own; only one is asked at a time. */
async function withBoth(role: string, row: (open: Entered, closed: Entered) => Promise<Row>): Promise<Row> {
  return inFolder((openFolder) =>
    inFolder(async (closedFolder) => {
      const open = await startProduct(openFolder, role);
      const closed = await startProduct(closedFolder, role, { TIDEMARK_OPEN: 'false' });
      try {
        const entered: Entered = { url: open.url, siteId: 'bench', sender: {}, reader: {} };
        return await row(entered, await enter(closed.url));
      } finally {
        await Promise.all([open.stop(), closed.stop()]);
      }
    }),
  );
}

/** Registers the owner, makes a site and a key for it, as its pages do. */
async function enter(url: string): Promise<Entered> {
  const registered = await fetch(`${url}/api/auth/sign-up/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ name: 'Bench', email: 'bench@example.org', password: 'figures beside figures' }),
  });
  if (!registered.ok)
    throw new Error(`the owner could not register: ${registered.status} ${await registered.text()}`);
  const cookie = registered.headers
    .getSetCookie()
    .map((each) => each.split(';', 1)[0])
    .join('; ');
  const reader = { cookie };
  const ask = async (query: string): Promise<Record<string, { secret?: string }>> => {
    const answer = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...reader },
      body: JSON.stringify({ query }),
    });
    const { data, errors } = (await answer.json()) as { data: Record<string, object>; errors?: unknown };
    if (errors !== undefined) throw new Error(JSON.stringify(errors));
    return data;
  };
  await ask('mutation { createSite(siteId: "bench", name: "Bench") { revision } }');
  const { createKey } = await ask(
    'mutation { createKey(siteId: "bench", name: "bench", kind: PUBLIC, scopes: ["write"]) { secret } }',
  );
  return { url, siteId: 'bench', sender: { authorization: `Bearer ${createKey?.secret ?? ''}` }, reader };
}
