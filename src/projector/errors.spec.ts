import { expect, test } from 'vitest';
import { isDataError } from './errors.js';

test.each(['22003', '22021', '23514', '54000'])('%s is the fault of an event', (code) => {
  expect(isDataError({ code })).toBe(true);
});

test.each(['40001', '53100', '55P03', '57014', '57P01', '42501', '08006', 'ECONNRESET', undefined])(
  '%s parks nothing',
  (code) => {
    expect(isDataError({ code })).toBe(false);
  },
);
