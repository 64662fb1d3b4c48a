import type { Pool } from 'pg';

import type { Config } from '#config/config.js';
import { createPool } from '#database/pool.js';

import type { CommandContext } from './command-context.js';
import { requireInstance } from './instance.js';

/** The database of the running instance, found again when a restarted one has another address. */
export class DatabaseSession {
  private current: Pool | undefined;
  private url: string | undefined;

  constructor(private readonly config: Config) {}

  /** Ask anew before every use. Throws StartupError where nothing runs. */
  async pool(): Promise<Pool> {
    const { databaseUrl } = requireInstance(this.config, 'databaseUrl');
    if (this.current && this.url === databaseUrl) return this.current;
    await this.close();
    this.url = databaseUrl;
    this.current = createPool(databaseUrl, { max: 1, applicationName: 'tidemark-cli' });
    return this.current;
  }

  async close(): Promise<void> {
    const pool = this.current;
    this.current = undefined;
    await pool?.end().catch(() => undefined);
  }
}

/** For a command that does no more than look. */
export async function withPool(
  { config, print }: CommandContext,
  work: (pool: Pool, print: CommandContext['print']) => Promise<void>,
): Promise<void> {
  const database = new DatabaseSession(config);
  try {
    await work(await database.pool(), print);
  } finally {
    await database.close();
  }
}
