import { defineConfig } from 'vitest/config';

// The `source` condition makes `#room/file.js` resolve to the TypeScript source instead of dist.
// Nest requires graphql's CommonJS file while Vite would take its ESM twin: two copies, and no type is an instance.
const oneGraphql = [{ find: /^graphql$/, replacement: 'graphql/index.js' }];
const shared = {
  resolve: { conditions: ['source'], alias: oneGraphql },
  ssr: { resolve: { conditions: ['source'], externalConditions: ['source'] } },
  // Where vitest runs the global set-up.
  environments: { __vitest__: { resolve: { conditions: ['source'], externalConditions: ['source'] } } },
};

const withServers = {
  pool: 'forks' as const,
  globalSetup: 'test/harness/global-setup.ts',
  testTimeout: 120_000,
  hookTimeout: 180_000,
  // A machine of two processors that is busy elsewhere may be late once. What passes at the second try is named at the end.
  retry: process.env['CI'] === undefined ? 0 : 1,
};
const serial = { ...withServers, fileParallelism: false };
// Each file has a database and a log of its own, and most of the time it waits for them.
const twoAtATime = { ...withServers, maxWorkers: 2, sequence: { groupOrder: 1 } };
// They assert how long something takes at the most, so nothing runs beside them.
const timed = [
  'test/e2e/accounts/sign-in-timing.spec.ts',
  'test/e2e/api-limits.spec.ts',
  'test/e2e/api-snapshot.spec.ts',
  'test/e2e/api-subscriptions.spec.ts',
  'test/e2e/bad-inputs.spec.ts',
  'test/e2e/ingest-outage.spec.ts',
  'test/e2e/process.spec.ts',
  'test/e2e/tenant-timing.spec.ts',
  'test/security/graphql-inputs.spec.ts',
  'test/security/neighbour.spec.ts',
  'test/security/regexes.spec.ts',
];

// What keeps tenants and strangers apart: whatever lets one through at the first try and not at the second has failed.
const guarded = [
  'test/e2e/accounts/**/*.spec.ts',
  'test/e2e/{keys,keys-at-doors,keys-in-use,real-sockets,real-tenants,row-level-security}.spec.ts',
  'test/e2e/{share-links,sites-out-of-sight,tenant-sweep}.spec.ts',
  'test/security/**/*.spec.ts',
];

export default defineConfig({
  test: {
    reporters: ['default', './test/harness/flaky-reporter.ts'],
    projects: [
      {
        ...shared,
        test: {
          name: 'unit',
          pool: 'forks',
          maxWorkers: 2,
          // They take milliseconds; on a machine that is busy with something else, whatever it leaves them.
          testTimeout: 30_000,
          include: ['{src,projections,scripts,test/bench,web/src,web/tracker}/**/*.spec.ts'],
        },
      },
      { ...shared, test: { ...twoAtATime, retry: 0, name: 'laws', include: ['test/laws/**/*.spec.ts'] } },
      {
        ...shared,
        test: {
          ...twoAtATime,
          name: 'e2e',
          include: ['test/e2e/**/*.spec.ts'],
          exclude: [...timed, ...guarded],
        },
      },
      {
        ...shared,
        test: { ...twoAtATime, retry: 0, name: 'security', include: guarded, exclude: timed },
      },
      { ...shared, test: { ...serial, name: 'timed', include: timed } },
      { ...shared, test: { ...serial, name: 'faults', include: ['test/faults/**/*.spec.ts'] } },
      // Minutes long: `npm run test:faults` runs them, `npm test` leaves them out.
      {
        ...shared,
        test: {
          ...serial,
          testTimeout: 600_000,
          name: 'soak',
          include: ['test/soak/**/*.spec.ts'],
        },
      },
    ],
  },
});
