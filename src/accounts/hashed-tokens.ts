import { createHash } from 'node:crypto';

import type { DBAdapter } from 'better-auth/adapters';

type Where = Parameters<DBAdapter['delete']>[0]['where'];

/** As the database holds it. The token has more than 128 random bits, so a plain hash says nothing of it. */
export const tokenHash = (token: string): string => createHash('sha256').update(token).digest('hex');

/**
 * Session tokens leave this process hashed alone: whoever reads the database, or a backup of it, cannot become anybody. The
 * library, which would store them as they are, sees the token wherever it brings it itself; in lists it sees the hash.
 */
export function withHashedTokens(adapter: DBAdapter): DBAdapter {
  const { transaction } = adapter;
  return {
    ...hashing(adapter),
    transaction: (work) => transaction((within) => work(hashing(within as DBAdapter))),
  };
}

function hashing(adapter: DBAdapter): DBAdapter {
  return {
    ...adapter,
    create: async (data) => {
      const token = data.model === 'session' ? tokenIn(data.data) : undefined;
      if (token === undefined) return adapter.create(data);
      const row: object = await adapter.create({ ...data, data: { ...data.data, token: tokenHash(token) } });
      return { ...row, token } as never;
    },
    findOne: async (data) => known(await adapter.findOne(hashed(data)), data),
    findMany: (data) => adapter.findMany(hashed(data)),
    count: (data) => adapter.count(hashed(data)),
    update: async (data) => known(await adapter.update(hashed(data)), data),
    updateMany: (data) => adapter.updateMany(hashed(data)),
    delete: (data) => adapter.delete(hashed(data)),
    deleteMany: (data) => adapter.deleteMany(hashed(data)),
    consumeOne: async (data) => known(await adapter.consumeOne(hashed(data)), data),
  };
}

interface Asked {
  readonly model: string;
  where?: Where | undefined;
}

function hashed<T extends Asked>(data: T): T {
  if (data.model !== 'session' || data.where === undefined) return data;
  const where = data.where.map((condition) => {
    const { field, value } = condition;
    if (field !== 'token') return condition;
    if (typeof value === 'string') return { ...condition, value: tokenHash(value) };
    return {
      ...condition,
      value: Array.isArray(value) ? value.map((each) => tokenHash(String(each))) : value,
    };
  });
  return { ...data, where };
}

/** The row with the token that it was asked for by. */
function known<T>(row: T | null, { model, where }: Asked): T | null {
  if (row === null || model !== 'session') return row;
  const token = where?.find(({ field }) => field === 'token')?.value;
  return typeof token === 'string' ? { ...row, token } : row;
}

function tokenIn(data: unknown): string | undefined {
  const { token } = data as { token?: unknown };
  return typeof token === 'string' ? token : undefined;
}
