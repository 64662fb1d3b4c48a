import { afterAll, beforeAll, expect, test } from 'vitest';

import { startIngest, type IngestApp } from '../support/ingest-app.js';
import { type Browser, firstOwner } from './person.js';

let app: IngestApp;
let owner: Browser;
beforeAll(async () => {
  app = await startIngest({ open: false });
  owner = await firstOwner(app);
});
afterAll(() => app?.stop());

interface Organization {
  readonly id: string;
  readonly name: string;
}

const here = async (): Promise<Organization> => {
  const viewer = (await owner.viewer()) as { organization: Organization } | null;
  if (!viewer) throw new Error('nobody is signed in');
  return viewer.organization;
};

const rename = async (name: string, shown?: string) => {
  const answer = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      cookie: owner.cookie,
      ...(shown !== undefined && { 'tidemark-organization': shown }),
    },
    body: JSON.stringify({
      query: 'mutation ($name: String!) { renameOrganization(name: $name) { name } }',
      variables: { name },
    }),
  });
  const { errors = [] } = (await answer.json()) as {
    errors?: { extensions: { code: string; reason?: string } }[];
  };
  return errors[0]?.extensions;
};

test('what is ordered on the page of an organization is not done in the one that the person went on in', async () => {
  const first = await here();
  expect(await rename('First', first.id)).toBeUndefined();
  await owner.field('mutation { createOrganization(name: "Second") { id } }');
  expect(await here()).toMatchObject({ name: 'Second' });
  expect(await rename('Wrong', first.id)).toMatchObject({ code: 'CONFLICT', reason: 'other_organization' });
  expect(await here()).toMatchObject({ name: 'Second' });
  // A program that does not say what it shows means where it is.
  expect(await rename('Renamed')).toBeUndefined();
  expect(await here()).toMatchObject({ name: 'Renamed' });
  await owner.field('mutation ($id: ID!) { switchOrganization(id: $id) { id } }', { id: first.id });
  expect(await here()).toMatchObject({ name: 'First' });
});
