import { dayOf } from '#projection/calendar.js';
import { defineProjection } from '#projection/define.js';

/** Sequences of a block: block 0 holds the messages 1 to 1,000 of a partition, block 1 the next thousand. */
export const blockLength = 1_000;

/**
 * (site, UTC day, block): where in its partition's log a site has events of that day, so that whoever wants a site's events,
 * or a day's, reads those blocks alone. UTC days and every event, whatever the site's zone and rules: a change of these moves no event in the log, and an event
 * that a rule leaves out must be found again once the rule is gone.
 */
export const logBlocks = defineProjection({
  name: 'log_blocks',
  version: 1,
  events: 'all',
  ofLog: true,
  keys: { day: 'date', block: 'bigint' },
  measures: {},
  project: (event, _site, { sequence }) => [
    { day: dayOf(event.occurredAt, 'UTC'), block: Math.floor((sequence - 1) / blockLength) },
  ],
});
