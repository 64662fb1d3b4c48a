import { describe, expect, test } from 'vitest';
import type { LogMessage } from '#event-log/types.js';
import { decodeEvent, encodeEvent } from '#events/codec.js';
import { LineReader } from '#events/line-reader.js';
import { SiteFinder } from '#events/site-finder.js';
import type { StoredEvent } from '#events/stored-event.js';
import { decodeMessage, readLines, type LoggedEvent, type Unreadable } from '#projector/batch.js';
import { randomLog } from './support/events.js';
import { newRandom } from './support/random.js';

const random = newRandom('reading a line');

const texts = [
  '',
  'x',
  'Größe',
  '日本語 😀',
  'a}b',
  '{',
  '"',
  '\\',
  'tab\there',
  'y'.repeat(127),
  'z'.repeat(500),
];
const objects = [
  {},
  { a: '}' },
  { 'sec-ch-ua': '"x";v=1' },
  { deep: { list: [1, 'two', null, [{}]] } },
  { path: '/', v: 1 },
];
const optional = {
  url: texts,
  referrer: texts,
  title: texts,
  userAgent: texts,
  clientHints: [{}, { 'sec-ch-ua': 'x' }, { 'sec-ch-ua': '"x"', b: '}' }],
  language: ['de', 'en-GB'],
  screen: ['1x1'],
  geo: [
    { country: 'DE', by: 'registry 2026' },
    { country: 'FR', by: 'header' },
  ],
  properties: objects,
  requestId: texts,
};

const usual = [{ dialect: 'native' }, { dialect: 'rest', sdk: 'js/1' }];
const odd = [
  { dialect: 'rest', sdk: 'a}b' },
  { dialect: 'x', deep: {} },
];

const order = (
  'v id site type occurredAt receivedAt visitorId userId url path referrer title userAgent clientHints ' +
  'language screen geo properties source requestId'
).split(' ');

/** With any of the optional fields, in the order in which events are written. */
function event(sources: readonly object[] = [...usual, ...odd]): StoredEvent {
  const { properties, ...head } = random.pick(plain);
  const fields: Record<string, unknown> = { ...head, source: random.pick(sources) };
  for (const [name, values] of Object.entries(optional))
    if (random.chance(0.3)) fields[name] = random.pick<unknown>(values);
  if (random.chance(0.1)) fields.properties = properties;
  return Object.fromEntries(
    order.flatMap((name) => (name in fields ? [[name, fields[name]]] : [])),
  ) as unknown as StoredEvent;
}
const plain = randomLog(random, 500).map((each) => each.event);

const changes: readonly ((line: string) => string)[] = [
  (line) => line,
  (line) => cut(line, (at) => line.slice(0, at) + line.slice(at + 1)),
  (line) => cut(line, (at) => line.slice(0, at) + random.pick([...'"{}[]:, \\\t0aAé']) + line.slice(at)),
  (line) => cut(line, (at) => line.slice(0, at) + random.pick([...'"{}[]:, \\\t0aAé']) + line.slice(at + 1)),
  (line) => line.replace(/}$/, ',"path":"/twice"}'),
  (line) => line.replace('{"v":1', '{"site":"other","v":1'),
  (line) => line.replaceAll('":', '": '),
  (line) => line.replace('"path"', '"p\\u0061th"'),
  (line) => line.replace(/"id":"([^"]+)"/, (_, id: string) => `"id":"${id.toUpperCase()}"`),
  (line) => line.replace('"occurredAt":1', '"occurredAt":01'),
  (line) => `\ufeff${line}`,
];
const cut = (line: string, change: (at: number) => string) => change(random.below(line.length));

const message = (lines: readonly string[]): LogMessage => ({
  partition: 1,
  sequence: 7,
  batchId: 'b',
  storedAt: 1,
  payload: Buffer.from(lines.join('\n')),
  pending: 0,
});

test('whatever a line says that is an event, it is read as it is decoded, or not at all', () => {
  const reader = new LineReader();
  let read = 0;
  for (let i = 0; i < 20_000; i++) {
    // Half of a surrogate pair does not get into the log.
    const line = random.pick(changes)(encodeEvent(event())).toWellFormed();
    const decoded = decodeEvent(line);
    const payload = Buffer.from(line);
    if (!decoded.ok || line.includes('\n') || !reader.open(payload)) continue;
    const fast = reader.read(0);
    if (fast === undefined) continue;
    read++;
    expect(fast, line).toEqual(decoded.event);
  }
  expect(read).toBeGreaterThan(500);
});

test('what is written without an escape is read: it need not be parsed', () => {
  const reader = new LineReader();
  let read = 0;
  for (let i = 0; i < 5_000; i++) {
    const line = encodeEvent(event(usual));
    if (line.includes('\\') || line.includes('"a":"}"') || line.includes('"b":"}"')) continue;
    expect(reader.open(Buffer.from(line))).toBe(true);
    expect(reader.read(0), line).toEqual(JSON.parse(line));
    read++;
  }
  expect(read).toBeGreaterThan(1_000);
});

describe('a message is read as it is decoded', () => {
  const reader = new LineReader();
  const both = (lines: readonly string[]) => {
    const decoded = decodeMessage(message(lines));
    const events: LoggedEvent[] = [];
    const unreadable: Unreadable[] = [];
    readLines(message(lines), reader, {
      event: (each) => void events.push(each),
      unreadable: (each) => void unreadable.push(each),
    });
    const plainly = ({ event, position, line }: LoggedEvent) => ({ event, position, line });
    expect(events.map(plainly)).toEqual(decoded.events);
    expect(unreadable).toEqual(decoded.unreadable);
  };

  test('many lines, some of them in another form', () => {
    for (let i = 0; i < 200; i++) {
      const lines = Array.from({ length: 1 + random.below(20) }, () => encodeEvent(event()));
      both(
        lines
          .map((line) => (random.chance(0.2) ? random.pick(changes.slice(4, 9))(line) : line))
          .filter((line) => decodeEvent(line).ok),
      );
    }
  });

  test('a line that breaks off, where a longer message stood before', () => {
    const line = encodeEvent(random.pick(plain));
    both([line, line]);
    both([line, line.slice(0, -random.below(line.length - 1) - 1)]);
  });

  test.each([[[]], [['']], [['', '']], [['{']], [['', '{}', '']], [['\ufeff']]])(
    'no event in %j',
    (lines) => {
      both(lines);
    },
  );

  test.each([
    ['a line break at the end', ['LINE', '']],
    ['empty lines', ['', 'LINE', '', 'LINE', '', '']],
    ['a byte order mark at the start', ['\ufeffLINE', 'LINE']],
    ['a byte order mark later', ['LINE', '\ufeffLINE']],
    ['what is no event between', ['LINE', '{"v":2}', 'LINE']],
  ])('%s', (_, lines) => {
    both(lines.map((line) => line.replace('LINE', encodeEvent(random.pick(plain)))));
  });

  test('of one site, whose lines are in any form, none is passed over', () => {
    const names = ['site-a', 'te-a', 'größe', 'a"b'];
    const escaped = (text: string) =>
      text.replace(/./gu, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
    let found = 0;
    for (let i = 0; i < 500; i++) {
      const lines = Array.from({ length: random.below(20) }, () => {
        const line = encodeEvent({ ...event(), site: random.pick(names) }).toWellFormed();
        const hidden = line.replace(/(?<="site":")(?:[^"\\]|\\.)*/, (name) =>
          escaped(JSON.parse(`"${name}"`) as string),
        );
        return random.pick([line, hidden, random.pick(changes)(line)]);
      }).filter((line) => decodeEvent(line).ok);
      const site = random.pick(names);
      const events: LoggedEvent[] = [];
      const to = { event: (each: LoggedEvent) => void events.push(each), unreadable: () => undefined };
      readLines(message(lines), reader, to, new SiteFinder(site));
      const ofSite = (all: readonly LoggedEvent[]) =>
        all.filter((each) => each.event.site === site).map(({ event, position }) => ({ event, position }));
      const decoded = ofSite(decodeMessage(message(lines)).events);
      expect(ofSite(events)).toEqual(decoded);
      found += decoded.length;
    }
    expect(found).toBeGreaterThan(200);
  });

  test('what is no text', () => {
    const payload = Uint8Array.of(0x7b, 0xff, 0x7d);
    const unreadable: Unreadable[] = [];
    readLines({ ...message([]), payload }, new LineReader(), {
      event: () => expect.unreachable(),
      unreadable: (each) => void unreadable.push(each),
    });
    expect(unreadable).toEqual(decodeMessage({ ...message([]), payload }).unreadable);
  });
});
