import type { Subscription } from '@nats-io/transport-node';
import type { Link } from './link.js';
import type { ChangeNotice } from './types.js';

const prefix = 'tidemark.changed.';

/** Change notices over core NATS: fire and forget, one subscription for all listeners of the process. */
export class Notices {
  private readonly listeners = new Set<(notice: ChangeNotice) => void>();
  private subscription: Subscription | undefined;

  constructor(private readonly link: Link) {}

  send(notice: ChangeNotice): void {
    // While disconnected the client would keep it and send it late.
    if (!this.link.connected) return;
    this.link.nc.publish(`${prefix}${notice.partition}`, JSON.stringify(notice));
  }

  listen(listener: (notice: ChangeNotice) => void): () => void {
    this.subscription ??= this.link.nc.subscribe(`${prefix}*`, {
      callback: (error, message) => {
        const notice = error === null ? parse(message.data) : undefined;
        if (notice) for (const each of [...this.listeners]) each(notice);
      },
    });
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size > 0) return;
      this.subscription?.unsubscribe();
      this.subscription = undefined;
    };
  }
}

function parse(data: Uint8Array): ChangeNotice | undefined {
  try {
    const value = JSON.parse(Buffer.from(data).toString('utf8')) as Partial<ChangeNotice> | null;
    const fits =
      Number.isSafeInteger(value?.partition) &&
      Number.isSafeInteger(value?.sequence) &&
      Array.isArray(value?.sites) &&
      value.sites.every((site) => typeof site === 'string');
    return fits ? (value as ChangeNotice) : undefined;
  } catch {
    return undefined;
  }
}
