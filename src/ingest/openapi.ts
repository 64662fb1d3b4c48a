import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';

import { describeDoors, ERROR_SCHEMAS } from './openapi-doors.js';
import { GRAPHQL } from './openapi-graphql.js';

type OperationObject = NonNullable<OpenAPIObject['paths'][string]['get']>;

/** The HTTP addresses of every module of `app`; docs/openapi.json is this. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const info = new DocumentBuilder()
    .setTitle('Tidemark')
    .setDescription('The HTTP addresses. Reading in full is GraphQL, at /graphql.')
    .setVersion('1')
    .build();
  const document = SwaggerModule.createDocument(app, info);
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, ...ERROR_SCHEMAS },
  };
  describeDoors(document);
  document.paths['/graphql'] = { post: GRAPHQL };
  for (const path of Object.values(document.paths)) {
    for (const operation of [path.get, path.post]) describeErrors(operation);
  }
  document.paths = Object.fromEntries(Object.entries(document.paths).sort(([a], [b]) => (a < b ? -1 : 1)));
  return document;
}

function describeErrors(operation: OperationObject | undefined): void {
  const described = Object.keys(operation?.responses ?? {});
  if (operation === undefined || described.some((status) => status >= '400' && status < '500')) return;
  operation.responses['default'] = {
    description: 'An error',
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
  };
}

/** The explorer at /api/docs and the document at /api/docs-json, from this process alone: no other host is asked. */
export function serveOpenApi(app: INestApplication): void {
  let document: OpenAPIObject | undefined;
  SwaggerModule.setup('api/docs', app, () => (document ??= openApiDocument(app)), {
    customSiteTitle: 'Tidemark HTTP API',
    raw: ['json'],
    // Left alone, the explorer would send the document's address to validator.swagger.io.
    swaggerOptions: { validatorUrl: null, layout: 'BaseLayout' },
  });
}
