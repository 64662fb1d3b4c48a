import { writeFile } from 'node:fs/promises';

import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { GraphQLSchemaBuilderModule, GraphQLSchemaFactory } from '@nestjs/graphql';
import { lexicographicSortSchema, printSchema } from 'graphql';

import { schemaOptions } from './graphql.js';
import { resolvers } from './providers.js';
import { walled } from './walls.js';

const HEADER = '# Generated from the resolvers by `npm run generate`: change those, not this file.\n\n';

/**
 * The schema as text, without any server. `others` are resolvers of rooms that this one may not import, such as the
 * mutations.
 */
export async function schemaText(others: readonly Type[]): Promise<string> {
  const app = await NestFactory.createApplicationContext(GraphQLSchemaBuilderModule, { logger: false });
  try {
    const schema = await app.get(GraphQLSchemaFactory).create([...resolvers, ...others], [], schemaOptions);
    return `${HEADER}${printSchema(lexicographicSortSchema(walled(schema)))}\n`;
  } finally {
    await app.close();
  }
}

export async function generateSchema(path: string, others: readonly Type[]): Promise<void> {
  await writeFile(path, await schemaText(others));
}
