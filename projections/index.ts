import type { Projection } from '#projection/types.js';
import { dailyAggregates } from './daily-aggregates.js';
import { hourlySeries } from './hourly-series.js';
import { logBlocks } from './log-blocks.js';
import { topPaths } from './top-paths.js';
import { uniqueVisitors } from './unique-visitors.js';

/** Every read model that is kept. A new one: its file, and a line here. */
export const projections: readonly Projection[] = [
  dailyAggregates,
  topPaths,
  uniqueVisitors,
  hourlySeries,
  logBlocks,
];

export { blockLength } from './log-blocks.js';
