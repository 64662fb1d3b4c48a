import { afterAll, beforeAll, expect, it } from 'vitest';

import { ask } from './support/ask.js';
import { startIngest, type IngestApp } from './support/ingest-app.js';
import { makeSite } from './support/keyed.js';

// No projector carries anything out, so every order stays open.
let app: IngestApp;
beforeAll(async () => {
  app = await startIngest();
  await makeSite(app, 'shop', 'o1');
  await makeSite(app, 'blog', 'o1');
});
afterAll(() => app?.stop());

const PREVIEW = `mutation ($site: ID!) {
  previewRule(siteId: $site, rule: { kind: EXCLUDE_PATH, pattern: "/admin/**" }) { jobId } }`;
const ordered = (site: string) => ask(app, PREVIEW, { site });

it('S49: whoever orders previews without end waits, and others are not held up', async () => {
  const answers = await Promise.all(Array.from({ length: 12 }, () => ordered('shop')));
  const refused = answers.filter(({ errors }) => errors);
  expect(answers.length - refused.length).toBe(4);
  expect(refused[0]?.errors?.[0]).toMatchObject({
    message: 'other previews have not ended; ask again in 5 seconds',
    extensions: { code: 'RATE_LIMITED', retryAfter: 5 },
  });
  const { jobId } = answers.find(({ errors }) => !errors)?.data?.['previewRule'] as { jobId: number };
  expect((await ordered('blog')).errors).toBeUndefined();
  await ask(app, 'mutation ($job: Int!) { cancelPreview(jobId: $job) { id } }', { job: jobId });
  expect((await ordered('shop')).errors).toBeUndefined();
});
