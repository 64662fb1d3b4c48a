import { Agent, request } from 'node:http';
import type { Product } from './product.js';
import { percentile, type Row } from './report.js';

const TIMES = 3;
const SECONDS = 60;
const BATCH = 100;
const CONNECTIONS = 1_000;

interface Answer {
  readonly status: number;
  readonly milliseconds: number;
  readonly retryAfter: boolean;
}

/**
 * Batches at three times the rate that the doors can store, for a minute, whether or not those before are answered.
 *
 * @param capacity events a second that were stored when nobody sent more
 */
export async function overloadRow(product: Product, capacity: number): Promise<Row> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS, maxFreeSockets: CONNECTIONS });
  const body = Buffer.from(
    JSON.stringify({ events: Array.from({ length: BATCH }, (_, index) => event(index)) }),
  );
  const rate = (TIMES * capacity) / BATCH;
  const answers: Answer[] = [];
  let failed = 0;
  let open = 0;
  let unsent = 0;
  await connectAll(agent, `${product.url}/api/events`, body);
  const before = product.residentMiB();
  product.forgetPeak();
  const started = performance.now();
  const pending = new Set<Promise<void>>();
  for (let sent = 0; performance.now() - started < SECONDS * 1000;) {
    const due = Math.floor(((performance.now() - started) / 1000) * rate);
    for (; sent < due; sent++) {
      // More than so many connections nobody here can hold; what finds none is not sent.
      if (open >= CONNECTIONS) {
        unsent++;
        continue;
      }
      open++;
      const one = post(agent, `${product.url}/api/events`, body)
        .then((answer) => void answers.push(answer))
        .catch(() => void failed++)
        .finally(() => {
          open--;
          pending.delete(one);
        });
      pending.add(one);
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await Promise.all(pending);
  agent.destroy();
  const stored = answers.filter(({ status }) => status === 202);
  const refused = answers.filter(({ status }) => status === 503 || status === 429);
  const odd =
    answers.length - stored.length - refused.length + refused.filter((each) => !each.retryAfter).length;
  const p99 = percentile(
    stored.map(({ milliseconds }) => milliseconds),
    0.99,
  );
  const grown = product.peakMiB() - before;
  return {
    figure: `batches at ${TIMES} × what can be stored, for ${SECONDS} s: p99 of those stored`,
    value: p99,
    unit: 'ms',
    mark: '< 1,000 ms, others 503, < 100 MB more',
    met: p99 < 1_000 && failed === 0 && odd === 0 && grown < 100,
    note:
      `${stored.length.toLocaleString('en')} stored, ${refused.length.toLocaleString('en')} refused (median ` +
      `${percentile(
        refused.map(({ milliseconds }) => milliseconds),
        0.5,
      ).toFixed(
        0,
      )} ms), ${failed + odd} else, ${unsent} found no connection; ${grown.toFixed(0)} MB more at the peak`,
  };
}

/** All connections stand before the flood: a kernel that has no room for so many at once lets some wait for half a minute. */
async function connectAll(agent: Agent, url: string, body: Buffer): Promise<void> {
  for (let open = 0; open < CONNECTIONS; open += 100) {
    await Promise.all(Array.from({ length: open + 100 }, () => post(agent, url, body)));
  }
}

function post(agent: Agent, url: string, body: Buffer): Promise<Answer> {
  const started = performance.now();
  const headers = { 'content-type': 'application/json', 'content-length': body.length };
  return new Promise((resolve, reject) => {
    const posted = request(url, { method: 'POST', agent, headers }, (answer) => {
      answer.resume();
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          milliseconds: performance.now() - started,
          retryAfter: answer.headers['retry-after'] !== undefined,
        }),
      );
      answer.on('error', reject);
    });
    posted.on('error', reject);
    posted.end(body);
  });
}

const event = (index: number): object => ({
  siteId: 'flood',
  eventType: 'page_view',
  path: `/articles/${index}`,
  timestamp: new Date().toISOString(),
  visitorId: 'bench-visitor',
});
