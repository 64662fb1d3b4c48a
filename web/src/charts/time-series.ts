import { formatDay, formatHourLong } from '../format.js';

/** One point in time with a value per series; null where there is nothing to say yet (the hours ahead). */
export interface TimePoint {
  readonly time: Date;
  readonly values: readonly (number | null)[];
  /** Worth a look: a dot on the last series. */
  readonly marked?: boolean;
}

export interface TimeSeries {
  /** The first series is drawn as an area, the others as lines. */
  readonly names: readonly string[];
  readonly points: readonly TimePoint[];
  readonly unit: 'day' | 'hour';
  /** Whose clocks name the hours. */
  readonly timeZone?: string;
  /** The last point with values is a day or an hour that is still running. */
  readonly running: boolean;
  /** The last series stands in for the first: dashed and on top, so that both show where they agree. */
  readonly over?: boolean;
}

/** Of one of its points. */
export const formatTime = (time: Date, { unit, timeZone = 'UTC' }: TimeSeries): string =>
  unit === 'day' ? formatDay(time) : formatHourLong(time, timeZone);
