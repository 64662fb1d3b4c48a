import { describe, expect, it } from 'vitest';

import { decodeEvent } from '#events/codec.js';
import type { AppendOutcome } from '#event-log/types.js';
import type { StoredEvent } from '#events/stored-event.js';

import { importLines, type RejectedLine } from './import-lines.js';
import { linesOf } from './lines.js';
import type { Format } from './parse-line.js';

async function run(text: string, o: { format?: Format; refuse?: boolean; signal?: AbortSignal } = {}) {
  const rejected: RejectedLine[] = [];
  const events: StoredEvent[] = [];
  const append = async (line: string): Promise<AppendOutcome> => {
    const decoded = decodeEvent(line);
    if (!decoded.ok) throw new Error(decoded.detail);
    if (o.refuse) return { stored: false, reason: 'event_too_large' };
    events.push(decoded.event);
    return { stored: true, position: { partition: 3, sequence: events.length, ordinal: 0 } };
  };
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(text, 'latin1');
  }
  const totals = await importLines(linesOf(chunks()), {
    site: 'log',
    format: o.format ?? 'combined',
    append,
    onRejected: (line) => void rejected.push(line),
    signal: o.signal ?? new AbortController().signal,
    inFlight: 3,
  });
  return { totals, rejected, events };
}

const line = (
  request: string,
  rest = '"-" "agent"',
  address = '10.1.2.3',
  stamp = '17/May/2015:10:05:03 +0200',
) => `${address} - - [${stamp}] "${request}" 404 1 ${rest}\n`;

describe('importLines', () => {
  it('makes one page view of each line', async () => {
    const { events, totals } = await run(
      line('GET /a?utm_source=x HTTP/1.1', '"http://from.example/" "agent"'),
    );
    expect(totals).toMatchObject({ read: 1, stored: 1, rejected: 0, last: { partition: 3, sequence: 1 } });
    expect(events[0]).toMatchObject({
      site: 'log',
      type: 'page_view',
      path: '/a',
      occurredAt: Date.UTC(2015, 4, 17, 8, 5, 3),
      referrer: 'http://from.example/',
      userAgent: 'agent',
      properties: { method: 'GET', status: 404 },
      source: { dialect: 'access_log' },
    });
  });

  it('never stores the address', async () => {
    const { events } = await run(line('GET /a HTTP/1.1'));
    expect(JSON.stringify(events)).not.toContain('10.1.2.3');
  });

  it('takes address and user agent for the visitor', async () => {
    const { events } = await run(
      line('GET /1 HTTP/1.1') +
        line('GET /2 HTTP/1.1') +
        line('GET /3 HTTP/1.1', '"-" "other"') +
        line('GET /4 HTTP/1.1', '"-" "agent"', '10.1.2.4'),
    );
    const [first, second, ...others] = events.map((event) => event.visitorId);
    expect(second).toBe(first);
    expect(new Set([first, ...others]).size).toBe(3);
  });

  it.each([
    ['OPTIONS * HTTP/1.0', '*'],
    ['GET http://example.com/x?y=1 HTTP/1.1', 'http://example.com/x'],
    ['GET ?only=query HTTP/1.1', ''],
    ['GET /a#b?c HTTP/1.1', '/a#b'],
    ['GET /a?b#c HTTP/1.1', '/a'],
    ['GET //double HTTP/1.1', '//double'],
    ['GET /%E0%A4%A HTTP/1.1', '/%E0%A4%A'],
  ])('counts the target of "%s" as the log has it', async (request, path) => {
    const { events } = await run(line(request));
    expect(events.map((event) => event.path)).toEqual([path]);
  });

  it('keeps a view whose referrer nobody may send, and one with odd bytes', async () => {
    const { events, rejected } = await run(
      line('GET /1 HTTP/1.1', '"javascript:alert(1)" "agent"') +
        line('GET /2 HTTP/1.1', '"http://e.example/\xff\xfe" "\xff"') +
        line('GET /3 HTTP/1.1', `"http://e.example/${'x'.repeat(5000)}" "${'y'.repeat(5000)}"`) +
        line('GET /4\0 HTTP/1.1', '"http://a.example/\0" "\0"'),
    );
    expect(rejected).toEqual([]);
    expect(events.map((event) => event.referrer?.length)).toEqual([undefined, 19, 2000, 18]);
    expect(events[3]?.path).toBe('/4\uFFFD');
  });

  it('lists rejected lines by number and reason and goes on behind them', async () => {
    const { totals, rejected } = await run(
      line('GET /1 HTTP/1.1') +
        'nonsense\n' +
        line('GET /3 HTTP/1.1', undefined, undefined, '30/Feb/2015:10:05:03 +0000') +
        line('GET /4 HTTP/1.1', undefined, undefined, '30/Jan/1994:10:05:03 +0000') +
        line(`GET /${'x'.repeat(2100)} HTTP/1.1`) +
        line(`GET ${'x'.repeat(2100)} HTTP/1.1`) +
        line(`GET /${'x'.repeat(300_000)} HTTP/1.1`) +
        line('GET /8 HTTP/1.1'),
    );
    expect(rejected.map(({ number, reason }) => [number, reason])).toEqual([
      [2, 'not_this_format'],
      [3, 'bad_timestamp'],
      [4, 'invalid_timestamp'],
      [5, 'invalid_path'],
      [6, 'invalid_path'],
      [7, 'line_too_long'],
    ]);
    expect(totals).toMatchObject({ read: 8, stored: 2, rejected: 6 });
  });

  it('gives identical lines different IDs, and the same ones in a second run', async () => {
    const text = line('GET /1 HTTP/1.1') + line('GET /1 HTTP/1.1') + line('GET /2 HTTP/1.1');
    const ids = async () => (await run(text)).events.map((event) => event.id);
    const first = await ids();
    expect(new Set(first).size).toBe(3);
    expect(await ids()).toEqual(first);
  });

  it('rejects what the log finds too large', async () => {
    const { totals, rejected } = await run(line('GET /1 HTTP/1.1'), { refuse: true });
    expect(totals).toMatchObject({ stored: 0, rejected: 1 });
    expect(rejected[0]?.reason).toBe('event_too_large');
  });

  it('reads no further once it is interrupted', async () => {
    expect((await run(line('GET /1 HTTP/1.1'), { signal: AbortSignal.abort() })).totals.stored).toBe(0);
  });
});
