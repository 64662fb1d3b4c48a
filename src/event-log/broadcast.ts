import type { Subscription } from '@nats-io/transport-node';
import type { Link } from './link.js';

/**
 * Notices among processes over core NATS: fire and forget, one subscription for all listeners of a process, which hear
 * its own notices too.
 */
export class Broadcast<Notice> {
  private readonly listeners = new Set<(notice: Notice) => void>();
  private subscription: Subscription | undefined;

  constructor(
    private readonly link: Link,
    private readonly o: {
      readonly subjects: string;
      readonly subjectOf: (notice: Notice) => string;
      /** False for what another version, or anybody on that server, may have sent. */
      readonly isNotice: (value: unknown) => value is Notice;
    },
  ) {}

  send(notice: Notice): void {
    // While disconnected the client would keep it and send it late.
    if (this.link.connected) this.link.nc.publish(this.o.subjectOf(notice), JSON.stringify(notice));
  }

  /** Until what it returns is called. */
  listen(listener: (notice: Notice) => void): () => void {
    this.subscription ??= this.link.nc.subscribe(this.o.subjects, {
      callback: (error, message) => {
        const notice = error === null ? parse(message.data) : undefined;
        if (this.o.isNotice(notice)) for (const each of [...this.listeners]) each(notice);
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

function parse(data: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(data).toString('utf8'));
  } catch {
    return undefined;
  }
}
