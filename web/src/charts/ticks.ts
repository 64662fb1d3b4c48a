/** Round values from 0 to at least `max`, about `count` steps, never between whole numbers. */
export function countTicks(max: number, count = 5): number[] {
  const rough = Math.max(1, max) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, ([1, 2, 2.5, 5, 10].find((m) => m * power >= rough) ?? 10) * power);
  const whole = Number.isInteger(step) ? step : Math.ceil(step);
  const steps = Math.max(1, Math.ceil(max / whole));
  return Array.from({ length: steps + 1 }, (_, index) => index * whole);
}

/** Every n-th of the given times, n chosen from `steps` so that at most `room` are left. */
export function everyNth<T>(values: readonly T[], room: number, steps: readonly number[]): T[] {
  const step = steps.find((n) => values.length / n <= room) ?? Math.ceil(values.length / Math.max(1, room));
  return values.filter((_, index) => index % step === 0);
}

/** The days or hours to name on the axis: round steps, and for long ranges the first days of months. */
export function timeTicks(times: readonly Date[], unit: 'day' | 'hour', room: number): Date[] {
  if (unit === 'hour') return everyNth(times, room, [1, 2, 3, 4, 6, 12, 24]);
  if (times.length <= 100) return everyNth(times, room, [1, 2, 3, 7, 14, 28]);
  const months = times.filter((time) => time.getUTCDate() === 1);
  return everyNth(months, room, [1, 2, 3, 6, 12, 24, 60]);
}
