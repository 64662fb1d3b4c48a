import { defineProjection } from '#projection/define.js';
import { distinct, first, last, max, min, sum } from '#projection/measures.js';
import { visitorOf } from '#events/visitor.js';
import { beerPoured } from './events.js';

/**
 * Has every kind of measure and key, yields none, one or several rows for an event, several of them for one key, and
 * leaves measures out: what the shipped read models do not use must obey the laws too.
 */
export const everyMeasure = defineProjection({
  name: 'every_measure',
  version: 1,
  events: ['page_view', 'purchase', 'click', beerPoured],
  keys: { weekday: 'smallint', bucket: 'bigint', name: 'text' },
  measures: {
    small: sum('int'),
    big: sum('bigint'),
    money: sum('numeric'),
    least: min('numeric'),
    earliest: min('timestamptz'),
    latest: max('bigint'),
    newestDay: max('date'),
    firstPath: first('text'),
    lastVisitor: last('uuid'),
    lastAmount: last('numeric'),
    visitors: distinct('uuid'),
    users: distinct('uuid'),
  },
  indexes: [{ columns: ['name', 'weekday'] }],
  project: (event, site) => {
    if (event.type === 'click') return [];
    const at = new Date(event.occurredAt);
    const weekday = at.getUTCDay();
    const bucket = event.occurredAt % 3 === 0 ? 2n ** 62n : event.occurredAt % 2;
    const amount = String(event.properties?.amount);
    const row = { weekday, bucket, name: site.id };
    return [
      { ...row, small: 1, big: 2n ** 55n, money: amount, least: amount, earliest: event.occurredAt },
      { ...row, latest: event.occurredAt, visitors: visitorOf(event), lastVisitor: visitorOf(event) },
      {
        weekday,
        bucket: 7,
        name: event.type,
        small: -1,
        big: -event.occurredAt,
        newestDay: at.toISOString().slice(0, 10),
        lastAmount: amount,
        ...(event.path === undefined ? {} : { firstPath: event.path }),
        ...(event.userId === undefined ? {} : { users: visitorOf(event) }),
      },
    ];
  },
});
