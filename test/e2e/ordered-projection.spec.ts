import { afterEach, expect, test } from 'vitest';
import { DISCARD_DEAD_LETTERS, RETRY_DEAD_LETTERS } from '#database/dead-letter-orders.js';
import type { Projection } from '#projection/types.js';
import { waitFor } from '../harness/wait-for.js';
import { eventsOf, lettersIn, mended, poisoned, settled } from './support/dead-letters.js';
import { days, expectedDays, Lab, paths } from './support/projector-lab.js';

const ordered: Projection = { ...days, name: 'lab_ordered', ordered: true };
const orderedMended: Projection = { ...mended, name: 'lab_ordered', ordered: true };
const withOrdered = { projections: [days, ordered, paths] };
const withMended = { projections: [mended, orderedMended, paths] };

let lab: Lab;
afterEach(() => lab.close());

const firstOf = async (reason: string): Promise<number> => {
  const [row] = await lab.query<{ id: number }>(
    `SELECT min(d.id)::int AS id FROM dead_letter d JOIN generation g ON g.id = d.generation_id
     WHERE g.projection = 'lab_ordered' AND d.reason = $1 AND d.status = 'open'`,
    [reason],
  );
  return row?.id ?? 0;
};
const reasons = async () =>
  (await lettersIn(lab)).filter(({ status }) => status === 'open').map((each) => each.reason);
const tally = async () => {
  const counts: Record<string, number> = {};
  for (const reason of await reasons()) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
};

/** Of site-a: ten events, a faulty one, nine, a faulty one, ten more in two messages. Of site-b: ten, all sound. */
async function filled() {
  lab = await Lab.open();
  const first = await lab.started(withOrdered);
  const a = [...eventsOf('site-a', 0, 10), ...poisoned('site-a', 10, 11), ...eventsOf('site-a', 11, 20)];
  const later = [...poisoned('site-a', 20, 21), ...eventsOf('site-a', 21, 25)];
  const last = eventsOf('site-a', 25, 31);
  const b = eventsOf('site-b', 0, 10);
  await lab.append([...a, ...b]);
  await lab.append(later);
  await lab.append(last);
  await lab.drained();
  return { first, all: [...a, ...later, ...last, ...b], before: [...eventsOf('site-a', 0, 10), ...b] };
}

test('later events of a site wait for its dead letter where a projection asks for order, and nowhere else', async () => {
  const { all, before } = await filled();
  const sound = all.filter((event) => event.type !== 'poison');
  expect(await lab.dump(days, 1)).toEqual(expectedDays(sound));
  expect(await lab.dump(ordered, 1)).toEqual(expectedDays(before));
  expect(await tally()).toEqual({ project_failed: 3, held_back: 20 });
});

test('retried by itself, what waits stays; with the first one mended all go on in order', async () => {
  const { first, all } = await filled();
  await settled(lab, RETRY_DEAD_LETTERS, { id: await firstOf('held_back') });
  expect(await tally()).toEqual({ project_failed: 3, held_back: 20 });
  await first.stop();
  await lab.started(withMended);
  await settled(lab, RETRY_DEAD_LETTERS, { id: await firstOf('project_failed') });
  await waitFor(async () => !(await reasons()).includes('held_back'), { timeout: 30_000 });
  expect(await lab.dump(ordered, 1)).toEqual(expectedDays(all));
});

test('once the first one is discarded the others go on, up to the next that fails', async () => {
  const { all } = await filled();
  await settled(lab, DISCARD_DEAD_LETTERS, { id: await firstOf('project_failed') });
  // Nine went in; the second faulty one is known as such now and is waited for.
  await waitFor(async () => (await tally()).held_back === 10, { timeout: 30_000 });
  expect(await tally()).toEqual({ project_failed: 3, held_back: 10 });
  const counted = all.filter(({ type, site }, i) => type !== 'poison' && (site === 'site-b' || i < 20));
  expect(await lab.dump(ordered, 1)).toEqual(expectedDays(counted));
  await settled(lab, DISCARD_DEAD_LETTERS, { id: await firstOf('project_failed') });
  await waitFor(async () => !(await reasons()).includes('held_back'), { timeout: 30_000 });
  expect(await lab.dump(ordered, 1)).toEqual(expectedDays(all.filter(({ type }) => type !== 'poison')));
});
