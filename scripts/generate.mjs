// Writes every generated file: the schema, the web's typed operations, OpenAPI, the projections' SQL, docs/configuration.md, the
// tables in docs/access.md, docs/event-types.md and docs/sending-events.md.
import 'reflect-metadata';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import { format, resolveConfig } from 'prettier';

const root = new URL('../', import.meta.url);
const built = (path) => import(new URL(`dist/${path}`, root).href);

run(['scripts/build.mjs', '--only', 'server']);
const { generateSchema } = await built('src/api/generate-schema.js');
const { TrackEventResolver } = await built('src/ingest/track-event.resolver.js');
const { SiteRulesResolver } = await built('src/workspace/commands/site-rules.resolver.js');
const { SiteSettingsResolver } = await built('src/workspace/commands/site-settings.resolver.js');
const { accountResolvers } = await built('src/accounts/resolvers.js');
const { SiteLifeResolver } = await built('src/workspace/commands/site-life.resolver.js');
const { KeysResolver } = await built('src/workspace/commands/keys.resolver.js');
await generateSchema('schema.graphql', [
  TrackEventResolver,
  SiteSettingsResolver,
  SiteRulesResolver,
  ...accountResolvers,
  SiteLifeResolver,
  KeysResolver,
]);
await openApi('docs/openapi.json');
run(['scripts/generate-web-types.mjs']);
const { projections } = await built('projections/index.js');
const { renderSql } = await built('src/projection/render-sql.js');
for (const projection of projections)
  writeFileSync(`projections/sql/${projection.name}.sql`, renderSql(projection));

const { accessTable } = await built('src/access/access-page.js');
await fillTable('docs/access.md', accessTable());

const { configurationPage } = await built('src/config/configuration-page.js');
await write('docs/configuration.md', configurationPage());

const { eventTypesTable } = await built('src/events/event-types-page.js');
await fillTable('docs/event-types.md', eventTypesTable());
const { refusalTable } = await built('src/ingest/refusal-codes.js');
await fillTable('docs/sending-events.md', refusalTable());

/** Between the marks of a page that is written by hand. */
async function fillTable(file, table) {
  const page = readFileSync(file, 'utf8');
  await write(
    file,
    page.replace(
      /(<!-- made from .*? -->\n)[^]*?(<!-- end -->)/,
      (_, from, end) => `${from}\n${table}\n\n${end}`,
    ),
  );
}

/** Preview mode builds the module tree without making one instance, so no server is needed. */
async function openApi(file) {
  const { AppModule } = await built('src/app.module.js');
  const { createFastifyAdapter } = await built('src/ingest/http.js');
  const { openApiDocument } = await built('src/ingest/openapi.js');
  const core = { config: { role: 'all', production: false } };
  const app = await NestFactory.create(AppModule.for(core), createFastifyAdapter({ proxyHops: 0 }), {
    preview: true,
    logger: false,
  });
  await write(file, JSON.stringify(openApiDocument(app)));
}

async function write(file, text) {
  const options = await resolveConfig(file);
  writeFileSync(file, await format(text, { ...options, filepath: file }));
}

function run(args) {
  const { status } = spawnSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) process.exit(status ?? 1);
}
