import { Agent, request } from 'node:http';

import fc from 'fast-check';

import { fuzzRequest, type FuzzRequest } from './requests.js';

const TOGETHER = 100;

export interface Fuzzed {
  /** How many answers had which status. */
  readonly statuses: ReadonlyMap<number, number>;
  /** IDs of events that answers say are stored. */
  readonly acknowledged: ReadonlySet<string>;
}

/** `FUZZ_SEED` of the environment, as a failure prints it, sends the same requests again. */
export const fuzzSeed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 1_000_000_007);

/** Sends so many requests, a hundred at a time. Throws for an answer that is a fault of ours, and says what it answered. */
export async function fuzz(
  url: string,
  requests: number,
  each?: (sent: number) => void | Promise<void>,
): Promise<Fuzzed> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const statuses = new Map<number, number>();
  const acknowledged = new Set<string>();
  let sent = 0;
  const one = async (what: FuzzRequest): Promise<void> => {
    const { status, text } = await send(url, what, agent);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    const fault = faultIn(status, text);
    if (fault !== undefined) throw new Error(`${fault} ${text.slice(0, 300)}\nto ${described(what)}`);
    if (status >= 300) return;
    for (const [, id] of text.matchAll(/"eventId":"([0-9a-f-]{36})"/g)) acknowledged.add(id ?? '');
  };
  const group = fc.array(fuzzRequest, { minLength: TOGETHER, maxLength: TOGETHER });
  const all = fc.asyncProperty(group, async (requests) => {
    await Promise.all(requests.map(one));
    sent += requests.length;
    await each?.(sent);
  });
  try {
    // The one request that met a fault is named as it is: there is nothing to be made smaller.
    await fc.assert(all, { seed: fuzzSeed, numRuns: Math.ceil(requests / TOGETHER), endOnFailure: true });
  } catch (error) {
    const { cause } = error as Error;
    throw new Error(`FUZZ_SEED=${fuzzSeed}, after ${sent} requests: ${String(cause ?? error)}`, {
      cause: error,
    });
  } finally {
    agent.destroy();
  }
  return { statuses, acknowledged };
}

function faultIn(status: number, text: string): string | undefined {
  if (status >= 500) return `a status of ${status}:`;
  if (text.includes('"code":"INTERNAL"')) return 'a fault in a resolver:';
  return text.includes('"status":"unavailable"') ? 'an event that the log did not take:' : undefined;
}

function described({ method, path, headers, body }: FuzzRequest): string {
  return `${method} ${path.slice(0, 300)} ${JSON.stringify(headers)} ${body.toString('latin1').slice(0, 600)}`;
}

function send(
  url: string,
  { method, path, headers, body }: FuzzRequest,
  agent: Agent,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const length = method === 'POST' ? { 'content-length': body.length } : {};
    const outgoing = request(
      `${url}${path}`,
      { method, agent, headers: { ...headers, ...length } },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
        );
        answer.on('error', reject);
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
