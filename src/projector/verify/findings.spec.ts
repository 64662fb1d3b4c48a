import { expect, it } from 'vitest';
import { added, Findings, placeOf } from './findings.js';

it('adds what PostgreSQL prints, exactly', () => {
  expect(added('9007199254740993', '2')).toBe('9007199254740995');
  expect(added('0.500000', '-1')).toBe('-0.500000');
  expect(added('12.5', '0.25')).toBe('12.75');
  expect(added(null, '3')).toBe('3');
  expect(added(null, null)).toBeNull();
});

it('puts the same drift of several sites together, since the earliest of them', () => {
  const findings = new Findings(2);
  const found = { kind: 'read_model', what: 'differs', projection: 'days', day: '2026-03-14' } as const;
  findings.add([
    {
      ...found,
      measure: 'views',
      rows: 2,
      fromLog: '10',
      recorded: '8',
      since: placeOf({ sequence: 9, ordinal: 3 }),
    },
    {
      ...found,
      measure: 'views',
      fromLog: '1',
      recorded: '2',
      since: placeOf({ sequence: 7, ordinal: 499 }),
    },
    { ...found, measure: 'visitors', since: null, drifting: 0 },
  ]);
  expect(findings.driftRows).toBe(3);
  expect(findings.list()).toMatchObject([
    { partition: 2, measure: 'views', rows: 3, fromLog: '11', recorded: '10', since: '2:7:499' },
    { measure: 'visitors', rows: 1, since: null },
  ]);
});

it('keeps a thousand findings and counts the others', () => {
  const findings = new Findings(0);
  for (let day = 0; day < 1_500; day++)
    findings.add([{ kind: 'read_model', what: 'differs', day: String(day) }]);
  expect(findings.list()).toHaveLength(1_000);
  expect([findings.total, findings.driftRows]).toEqual([1_500, 1_500]);
});
