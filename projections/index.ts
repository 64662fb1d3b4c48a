import type { Projection } from '#projection/types.js';
import { dailyAggregates } from './daily-aggregates.js';
import { devices } from './devices.js';
import { hourlySeries } from './hourly-series.js';
import { locales } from './locales.js';
import { logBlocks } from './log-blocks.js';
import { sources } from './sources.js';
import { topPaths } from './top-paths.js';
import { uniqueVisitors } from './unique-visitors.js';

/** Every read model that is kept. A new one: its file, and a line here. */
export const projections: readonly Projection[] = [
  dailyAggregates,
  topPaths,
  uniqueVisitors,
  hourlySeries,
  devices,
  sources,
  locales,
  logBlocks,
];

export { blockLength } from './log-blocks.js';
