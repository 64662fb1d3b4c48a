import { formatNumber } from '../../format.js';

/** Slow rates keep a decimal, so that they do not read as nothing. */
export const formatPerSecond = (rate: number): string =>
  formatNumber(rate > 0 && rate < 10 ? Math.round(rate * 10) / 10 : Math.round(rate));

/** 75 -> "1 min 15 s": the two largest units that count. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const units = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'min'],
    [whole % 60, 's'],
  ] as const;
  const first = units.findIndex(([value]) => value > 0);
  if (first === -1) return '0 s';
  return units
    .slice(first, first + 2)
    .filter(([value]) => value > 0)
    .map(([value, unit]) => `${value} ${unit}`)
    .join(' ');
}
