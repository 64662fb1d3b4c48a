import { afterAll, beforeAll, expect, test } from 'vitest';

import { ALPHA, BETA, person, startTwoTenants, type TwoTenants } from './support/two-tenants.js';

let two: TwoTenants;
beforeAll(async () => {
  two = await startTwoTenants();
  two.actors.set('owner', person('owner', ALPHA.organization));
});
afterAll(() => two.stop());

const TURNS = 60;
const ATTEMPTS = 3;
const RANGE = '{ from: "2026-03-01", to: "2026-03-09" }';
const NOWHERE = '00000000-0000-7000-8000-00000000dead';

/** Of each what names something of somebody else, and what names nothing at all. */
const questions: Readonly<Record<string, (foreign: boolean) => string>> = {
  site: (foreign) =>
    `{ site(id: "${foreign ? BETA.site : 'never-was'}") {
      totals(range: ${RANGE}) { current { events } } dailyStats(range: ${RANGE}) { events } topPaths(range: ${RANGE}) { totalCount } } }`,
  shareLinks: (foreign) => `{ shareLinks(siteId: "${foreign ? BETA.site : 'never-was'}") { id } }`,
  deadLetters: (foreign) =>
    `{ deadLetters(filter: { site: "${foreign ? BETA.site : 'never-was'}" }) { totalCount } }`,
  job: (foreign) => `{ job(id: ${foreign ? two.beta.job : 987_654}) { id } }`,
  revokeShareLink: (foreign) =>
    `mutation { revokeShareLink(id: "${foreign ? two.beta.link : NOWHERE}") { id } }`,
  renameSite: (foreign) =>
    `mutation { renameSite(siteId: "${foreign ? BETA.site : 'never-was'}", name: "Mine") { revision } }`,
};

const median = (all: number[]) => all.sort((a, b) => a - b)[all.length >> 1] ?? 0;

/** Medians in milliseconds, asked for in turn, so that what else the machine does slows both. */
async function medians(question: (foreign: boolean) => string): Promise<readonly [number, number]> {
  const times: [number[], number[]] = [[], []];
  const once = async (which: 0 | 1) => {
    const from = performance.now();
    const { status } = await two.ask('owner', question(which === 0));
    times[which].push(performance.now() - from);
    // That is, it was understood.
    expect(status).toBe(200);
  };
  for (let turn = 0; turn < TURNS; turn++)
    for (const which of turn % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) await once(which);
  return [median(times[0]), median(times[1])];
}

test.each(Object.entries(questions))(
  'S01: how long it takes does not say whether there is such a thing of somebody else: %s',
  async (_, question) => {
    await medians(question);
    const tried: string[] = [];
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const [foreign, nothing] = await medians(question);
      if (Math.max(foreign, nothing) / Math.min(foreign, nothing) < 1.5) return;
      tried.push(`${foreign.toFixed(2)} ms and ${nothing.toFixed(2)} ms`);
    }
    expect(tried).toEqual([]);
  },
);
