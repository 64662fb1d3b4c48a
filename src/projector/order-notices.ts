import type pg from 'pg';
import type { Engine } from './engine.js';
import { closeConnection, openConnection } from './session.js';

/** Hears of orders when they are given. One that is missed is found by whoever looks from time to time. */
export class OrderNotices {
  private client: pg.Client | undefined;

  constructor(
    private readonly engine: Pick<Engine, 'url' | 'owner'>,
    private readonly heard: () => void,
  ) {}

  /** Unless it does already. Rejects where PostgreSQL is away. */
  async listen(): Promise<void> {
    if (this.client) return;
    const client = await openConnection(this.engine.url, `tidemark orders ${this.engine.owner}`.slice(0, 63));
    client.on('notification', this.heard);
    client.on('end', () => {
      if (this.client === client) this.client = undefined;
    });
    this.client = client;
    try {
      await client.query('LISTEN tidemark_orders');
    } catch (error) {
      this.client = undefined;
      await closeConnection(client);
      throw error;
    }
  }

  async stop(): Promise<void> {
    if (this.client) await closeConnection(this.client);
  }
}
