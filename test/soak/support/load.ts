import { expect } from 'vitest';
import type { TidemarkProcess } from '../../harness/tidemark.js';
import { waitFor } from '../../harness/wait-for.js';

export interface Sent {
  readonly siteId: string;
  readonly eventType: string;
  readonly path: string;
  readonly timestamp: string;
  readonly visitorId?: string;
  readonly eventId: string;
}

/** @returns the status of the answer; undefined where there was none. */
export async function send(url: string, event: Sent): Promise<number | undefined> {
  try {
    const answer = await fetch(`${url}/api/event`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(event),
      signal: AbortSignal.timeout(20_000),
    });
    await answer.text();
    return answer.status;
  } catch {
    return undefined;
  }
}

export interface Load {
  /** Answers by status; `undefined` counts those that never came. */
  readonly statuses: ReadonlyMap<number | undefined, number>;
  /** IDs of what was answered with 202. */
  readonly acknowledged: ReadonlySet<string>;
  /** Waits until so many more are acknowledged. */
  more(count: number): Promise<void>;
  /** @returns what was sent and not acknowledged: stored or not, nobody knows. */
  stop(): Promise<Sent[]>;
}

/** Sixteen clients, each sending event after event with a short rest, so that a machine with few cores keeps up. */
export function load(tidemark: () => TidemarkProcess, next: () => Sent): Load {
  const unknown = new Map<string, Sent>();
  const acknowledged = new Set<string>();
  const statuses = new Map<number | undefined, number>();
  let going = true;
  const clients = Array.from({ length: 16 }, async () => {
    while (going) {
      const event = next();
      const status = await send(tidemark().url, event);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (status === 202) acknowledged.add(event.eventId);
      else unknown.set(event.eventId, event);
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
  });
  return {
    statuses,
    acknowledged,
    more: async (count) => {
      const enough = acknowledged.size + count;
      await waitFor(() => acknowledged.size >= enough, {
        timeout: 120_000,
        message: () => `${enough} acknowledged events, ${acknowledged.size} so far:\n${tidemark().output}`,
      });
    },
    stop: async () => {
      going = false;
      await Promise.all(clients);
      return [...unknown.values()].filter(({ eventId }) => !acknowledged.has(eventId));
    },
  };
}

/** The same again, under its ID, until it is acknowledged; by sixteen clients, as whatever came while it was down is among them. */
export async function sendAgain(tidemark: () => TidemarkProcess, events: readonly Sent[]): Promise<void> {
  const left = [...events];
  const client = async () => {
    for (;;) {
      const event = left.pop();
      if (!event) return;
      await waitFor(async () => (await send(tidemark().url, event)) === 202, {
        timeout: 120_000,
        message: () => `event ${event.eventId} to be acknowledged:\n${tidemark().output}`,
      });
    }
  };
  await Promise.all(Array.from({ length: 16 }, client));
}

/** Sends again what is unknown, then waits until so many views are counted, and holds that there are no more. */
export async function expectViews(
  tidemark: () => TidemarkProcess,
  expected: number,
  o: { readonly again?: readonly Sent[]; readonly projector?: () => TidemarkProcess } = {},
): Promise<void> {
  await sendAgain(tidemark, o.again ?? []);
  let views: number | undefined;
  await waitFor(
    async () => {
      const answer = await fetch(`${tidemark().url}/api/stats?siteId=shop&date=2026-05-17`);
      views = ((await answer.json()) as { totalViews?: number }).totalViews;
      return (views ?? 0) >= expected;
    },
    {
      timeout: 60_000,
      message: () =>
        `${expected} views, ${views} so far:\n${(o.projector ?? tidemark)().output.slice(-3_000)}`,
    },
  );
  expect(views).toBe(expected);
}
