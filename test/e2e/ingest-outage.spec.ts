import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { waitFor } from '../harness/wait-for.js';
import { answerOf, GOOD, post, startIngest, type IngestApp } from './support/ingest-app.js';

let ingest: IngestApp;

beforeEach(async () => {
  ingest = await startIngest();
  // The site exists before the outage, as it does for nearly every event.
  expect((await post(`${ingest.url}/api/event`, GOOD)).status).toBe(202);
});

afterEach(async () => {
  await ingest?.stop();
});

const send = (event: object) => post(`${ingest.url}/api/event`, event);
const ready = async () => answerOf(await fetch(`${ingest.url}/health/ready`));

interface Sent {
  readonly status?: number;
  readonly fault?: string;
  /** Whether bytes of an answer came before the connection broke. */
  readonly taken: boolean;
}

/** node:http, because fetch retries by itself and hides the agent. */
function sendOver(agent: Agent, url: string, event: object): Promise<Sent> {
  return new Promise((resolve) => {
    const body = JSON.stringify(event);
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const outgoing = request(`${url}/api/event`, { method: 'POST', agent, headers }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, taken: true }));
      answer.on('error', (error) => resolve({ fault: error.message, taken: true }));
    });
    outgoing.on('error', (error) => resolve({ fault: error.message, taken: false }));
    outgoing.end(body);
  });
}

/** How long until readiness says `status`, in milliseconds. */
async function timeUntilReady(status: number): Promise<number> {
  const started = performance.now();
  await waitFor(async () => (await ready()).status === status, { timeout: 15_000, interval: 50 });
  return performance.now() - started;
}

describe('a graceful stop under load', () => {
  it('answers every request that it took, and the log has what was acknowledged', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 32 });
    const acknowledged: unknown[] = [];
    const faults: string[] = [];
    let stopping = false;
    const sender = async (): Promise<void> => {
      for (;;) {
        const eventId = randomUUID();
        const sent = await sendOver(agent, ingest.url, { ...GOOD, eventId });
        if (sent.status === 202) acknowledged.push(eventId);
        // Before it was taken: refused, or an idle connection that was closed just then.
        else if (sent.status !== undefined || sent.taken) faults.push(sent.fault ?? `status ${sent.status}`);
        if (stopping && sent.status === undefined) return;
      }
    };
    const senders = Array.from({ length: 32 }, sender);
    await waitFor(() => acknowledged.length > 300);
    stopping = true;
    const started = performance.now();
    await ingest.app.close();
    expect(performance.now() - started).toBeLessThan(5_000);
    await Promise.all(senders);
    agent.destroy();
    expect(faults).toEqual([]);
    const ids = new Set((await ingest.stored()).map(({ id }) => id));
    expect(acknowledged.filter((id) => !ids.has(id as string))).toEqual([]);
  });
});

describe('while the log cannot be written', () => {
  it.each(['SIGKILL', 'SIGSTOP'] as const)(
    '%s: everyone gets 503 within 5 s, and then 202 again',
    async (signal) => {
      await waitFor(async () => (await ready()).status === 200);
      // Some are on their way when the server goes, the others come after it.
      const inFlight = Array.from({ length: 100 }, () => send({ ...GOOD, eventId: randomUUID() }));
      const down = ingest.nats.kill(signal);
      const started = performance.now();
      const later = Array.from({ length: 20 }, () => send({ ...GOOD, siteId: 'shop' }));
      const answers = await Promise.all([...inFlight, ...later]);
      expect(performance.now() - started).toBeLessThan(5_000);
      await down;
      for (const answer of answers) {
        expect([202, 503]).toContain(answer.status);
        if (answer.status === 503) {
          expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
          expect(answer.body).toEqual({
            statusCode: 503,
            message: ['the log cannot be written now: send the event again with its eventId'],
            error: 'Service Unavailable',
            reason: 'log_unavailable',
            eventId: expect.any(String) as string,
            visitorId: expect.any(String) as string,
          });
        }
      }
      const refused = answers.at(-1);
      expect(refused?.status).toBe(503);

      const [batch, newcomer, invalid, mutation] = await Promise.all([
        post(`${ingest.url}/api/events`, [GOOD, null]),
        // A site whose first event comes now cannot be recorded either.
        send({ ...GOOD, siteId: 'newcomer' }),
        send({ ...GOOD, path: 'x' }),
        post(`${ingest.url}/graphql`, {
          query: 'mutation ($input: TrackEventInput!) { trackEvent(input: $input) { eventId } }',
          variables: { input: GOOD },
        }),
      ]);
      expect(batch).toMatchObject({
        status: 503,
        body: {
          stored: 0,
          outcomes: [{ status: 'unavailable', reason: 'log_unavailable' }, { status: 'rejected' }],
        },
      });
      expect(batch.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
      expect(newcomer.status).toBe(503);
      expect(invalid.status).toBe(400);
      expect(mutation.body).toMatchObject({
        errors: [{ extensions: { code: 'LOG_UNAVAILABLE', eventId: expect.any(String) as string } }],
      });
      const live = await fetch(`${ingest.url}/health/live`);
      expect(live.status).toBe(200);

      if (signal === 'SIGSTOP') await ingest.nats.kill('SIGCONT');
      else await ingest.nats.restart();
      const again = { ...GOOD, eventId: refused?.body?.['eventId'], visitorId: refused?.body?.['visitorId'] };
      await waitFor(async () => (await send(again)).status === 202, { timeout: 15_000, interval: 100 });
      const acknowledged = answers
        .filter(({ status }) => status === 202)
        .map(({ body }) => body?.['eventId']);
      const ids = new Set((await ingest.stored()).map(({ id }) => id));
      expect([...acknowledged, again.eventId].filter((id) => !ids.has(id as string))).toEqual([]);
    },
  );

  it('readiness turns within 5 s of the loss, names it, and turns back within 5 s', async () => {
    await waitFor(async () => (await ready()).status === 200);
    await ingest.nats.kill('SIGKILL');
    expect(await timeUntilReady(503)).toBeLessThan(5_000);
    const body = (await ready()).body;
    expect(body).toMatchObject({
      status: 'not_ready',
      checks: { log: { ok: false }, database: { ok: true } },
    });
    expect(body?.['failing']).toContain('log');
    await ingest.nats.restart();
    expect(await timeUntilReady(200)).toBeLessThan(5_000);
  });
});
