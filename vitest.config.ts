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

const serial = {
  pool: 'forks' as const,
  fileParallelism: false,
  testTimeout: 120_000,
  hookTimeout: 180_000,
} as const;
const servers = { globalSetup: ['test/harness/global-setup.ts'] };

export default defineConfig({
  test: {
    projects: [
      {
        ...shared,
        test: {
          name: 'unit',
          pool: 'forks',
          include: ['{src,projections,scripts,web/src}/**/*.spec.ts'],
        },
      },
      { ...shared, test: { ...serial, ...servers, name: 'laws', include: ['test/laws/**/*.spec.ts'] } },
      { ...shared, test: { ...serial, ...servers, name: 'e2e', include: ['test/e2e/**/*.spec.ts'] } },
      { ...shared, test: { ...serial, ...servers, name: 'faults', include: ['test/faults/**/*.spec.ts'] } },
      // Minutes long: `npm run test:faults` runs them, `npm test` leaves them out.
      {
        ...shared,
        test: {
          ...serial,
          ...servers,
          testTimeout: 600_000,
          name: 'soak',
          include: ['test/soak/**/*.spec.ts'],
        },
      },
    ],
  },
});
