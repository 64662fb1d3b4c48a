/**
 * The walls of the house. Each room may import what its row names and nothing else;
 * docs/architecture.md says why. Paths are anchored, so a new folder is outside every wall until it gets a row.
 */
const room = (name) => `^src/${name}/`;
const rooms = (...names) => `^src/(${names.join('|')})/`;

/** room -> rooms of src it may import (itself is always allowed). */
const mayImport = {
  events: [],
  config: [],
  telemetry: ['config'],
  access: [],
  projection: ['events'],
  scalars: [],
  'workspace/state': ['access', 'events'],
  'event-log': ['events', 'config', 'telemetry'],
  'event-feed': ['events', 'event-log', 'config', 'telemetry'],
  database: ['config', 'telemetry'],
  ingest: ['access', 'events', 'event-log', 'workspace/state', 'config', 'telemetry'],
  'workspace/commands': [
    'access',
    'scalars',
    'workspace/state',
    'event-log',
    'events',
    'config',
    'telemetry',
  ],
  projector: ['projection', 'events', 'event-log', 'database', 'workspace/state', 'config', 'telemetry'],
  accounts: ['access', 'scalars', 'events', 'database', 'config', 'telemetry'],
  api: ['access', 'scalars', 'database', 'workspace/state', 'config', 'telemetry'],
  processes: ['embedded', 'config', 'telemetry'],
};

const walls = Object.entries(mayImport).map(([name, allowed]) => ({
  name: `wall-${name.replace('/', '-')}`,
  severity: 'error',
  comment: `src/${name} may import only: ${allowed.join(', ') || 'nothing of ours'}`,
  from: { path: room(name) },
  to: {
    path: '^(src|projections|migrations|web)/',
    pathNot: [
      room(name),
      ...(allowed.length ? [rooms(...allowed)] : []),
      ...(name === 'projector' ? ['^projections/index\\.ts$'] : []),
      ...(name === 'database' ? ['^migrations/'] : []),
      ...(name === 'processes' ? ['^src/[^/]+\\.ts$'] : []),
    ],
  },
}));

const pure = '^(src/(events|projection|workspace/state)|projections)/';

module.exports = {
  forbidden: [
    ...walls,
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'not-resolvable',
      severity: 'error',
      from: {},
      // Types alone: the package has no code to resolve to.
      to: { couldNotResolve: true, pathNot: '^@graphql-typed-document-node/core$' },
    },
    {
      name: 'tooling-rooms-not-api',
      severity: 'error',
      comment: 'cli and embedded sit above the rooms, but the API is reached over HTTP alone',
      from: { path: rooms('cli', 'embedded') },
      to: { path: rooms('api') },
    },
    {
      name: 'nobody-imports-cli',
      severity: 'error',
      from: { path: '^(src|projections|migrations)/', pathNot: room('cli') },
      to: { path: room('cli') },
    },
    {
      name: 'only-roots-wire',
      severity: 'error',
      comment: 'only the start of the product and the CLI know the embedded servers',
      from: { path: '^src/', pathNot: ['^src/servers\\.ts$', rooms('cli', 'embedded', 'processes')] },
      to: { path: rooms('embedded') },
    },
    {
      name: 'supervisor-is-light',
      severity: 'error',
      comment: 'who supervises the processes that answer loads nothing of what answers',
      from: { path: '^src/processes/', pathNot: '^src/processes/answering\\.ts$' },
      to: { path: '^src/(serve|run|app\\.module)\\.ts$' },
    },
    {
      name: 'pure-rooms',
      severity: 'error',
      comment: 'no framework, database, log client or I/O in the pure rooms',
      from: { path: pure, pathNot: '\\.spec\\.ts$' },
      to: {
        path: [
          'node_modules/(@nestjs|pg|typeorm|@nats-io|fastify|pino)(/|$)',
          '^(fs|net|http|https|child_process|worker_threads)(/|$)',
          '^node:(fs|net|http|https|child_process|worker_threads)',
        ],
      },
    },
    {
      name: 'projections-stand-alone',
      severity: 'error',
      comment: 'a projection imports the projection and events rooms, never another projection',
      from: { path: '^projections/', pathNot: ['^projections/index\\.ts$', '\\.spec\\.ts$'] },
      to: { path: '^(src|projections|migrations)/', pathNot: rooms('projection', 'events') },
    },
    {
      name: 'only-event-log-speaks-nats',
      severity: 'error',
      from: { path: '^(src|projections|migrations)/', pathNot: room('event-log') },
      to: { path: 'node_modules/@nats-io/' },
    },
    {
      name: 'only-accounts-authenticates',
      severity: 'error',
      comment: 'who signs in, with what password and by which mail, is one room',
      from: { path: '^(src|projections|migrations|web|test)/', pathNot: room('accounts') },
      to: { path: 'node_modules/(better-auth|nodemailer)/' },
    },
    {
      name: 'one-password-hash',
      severity: 'error',
      comment: 'a password is hashed in one way',
      from: { path: '^(src|projections|migrations|web)/', pathNot: '^src/access/password-hash\\.ts$' },
      to: { path: 'node_modules/@node-rs/argon2/' },
    },
    {
      name: 'migrations-stand-alone',
      severity: 'error',
      comment: 'a migration describes the past and must not change with the code',
      from: { path: '^migrations/' },
      to: { path: '^(src|projections|web)/' },
    },
    {
      name: 'web-stands-alone',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^(src|projections|migrations|test)/' },
    },
    {
      name: 'tracker-stands-alone',
      severity: 'error',
      comment: 'it runs on the pages of others: nothing of the dashboard and no package goes there with it',
      from: { path: '^web/tracker/', pathNot: ['\\.spec\\.ts$', 'vite\\.config\\.ts$'] },
      to: { pathNot: '^web/tracker/' },
    },
    {
      name: 'nobody-imports-tracker',
      severity: 'error',
      from: { path: '^(src|projections|migrations|web)/', pathNot: '^web/tracker/' },
      to: { path: '^web/tracker/' },
    },
    {
      name: 'web-layers-charts',
      severity: 'error',
      from: { path: '^web/src/(charts|gql|controls)/' },
      to: { path: '^web/src/(panels|pages|app|main|apollo)' },
    },
    {
      name: 'web-layers-session',
      severity: 'error',
      comment: 'who is signed in is asked for below every page',
      from: { path: '^web/src/(session|apollo|ui)/' },
      to: { path: '^web/src/(panels|pages|app|main)' },
    },
    {
      name: 'web-layers-panels',
      severity: 'error',
      from: { path: '^web/src/panels/' },
      to: { path: '^web/src/(pages|app|main)' },
    },
    {
      name: 'web-layers-pages',
      severity: 'error',
      from: { path: '^web/src/pages/' },
      to: { path: '^web/src/(app|main)' },
    },
    {
      name: 'only-charts-draw',
      severity: 'error',
      from: { path: '^web/src/', pathNot: '^web/src/charts/' },
      to: { path: 'node_modules/@nivo/' },
    },
    {
      name: 'tests-not-imported',
      severity: 'error',
      from: { path: '^(src|projections|migrations|web)/' },
      to: { path: '^test/', pathNot: '^test/harness/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^dist/', '^web/dist/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'node', 'default'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
