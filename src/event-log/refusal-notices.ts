import { randomUUID } from 'node:crypto';
import type { Subscription } from '@nats-io/transport-node';
import type { Link } from './link.js';

const subject = 'tidemark.refused';
const windowMs = 100;
/** Told in one window, and of one site: a sender that is refused in a loop must not hide the others'. */
const perWindow = 40;
const perSite = 10;
/** Sites whose untold refusals are counted apart in one window; those of further ones count for all. */
const sitesCounted = 100;
/** Stands for all sites among the untold ones. */
export const ANY_SITE = '*';

/** An event, or a whole request, that was refused: enough to find the sender's fault. Never an address or a key. */
export interface Refusal {
  /** A UUID, its own. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Absent where what was sent names no site. */
  readonly site?: string;
  readonly dialect: string;
  /** Name and version of the client library, as it says. */
  readonly sdk?: string;
  readonly reason: string;
  /** One for each fault, naming the field. */
  readonly messages: readonly string[];
  /** What the event says of itself, cut where long; absent where it says nothing that can be shown. */
  readonly eventType?: string;
  readonly eventId?: string;
  /** Without query. */
  readonly path?: string;
}

/** What one process refused within a tenth of a second. */
export interface RefusalNotice {
  /** Of the process, new at each start. */
  readonly from: string;
  readonly refusals: readonly Refusal[];
  /** How many more there were, by site; `''`: of no site, `ANY_SITE`: of sites that are not named. */
  readonly untold: Readonly<Record<string, number>>;
}

/**
 * Refusals over core NATS: fire and forget, at most 400 a second from one process, whoever listens; what is more
 * is counted. One subscription for all listeners of the process, which hear its own refusals too.
 */
export class RefusalNotices {
  /** What this process is called in its notices. */
  readonly process = randomUUID();
  private readonly listeners = new Set<(notice: RefusalNotice) => void>();
  private subscription: Subscription | undefined;
  private pending: Refusal[] = [];
  private untold = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly link: Link) {}

  send(refusal: Refusal): void {
    const site = refusal.site ?? '';
    const ofSite = this.pending.reduce((n, each) => n + Number((each.site ?? '') === site), 0);
    if (this.pending.length < perWindow && ofSite < perSite) this.pending.push(refusal);
    else {
      const key = this.untold.has(site) || this.untold.size < sitesCounted ? site : ANY_SITE;
      this.untold.set(key, (this.untold.get(key) ?? 0) + 1);
    }
    this.timer ??= setTimeout(() => this.flush(), windowMs).unref();
  }

  /** Tells now what waits to be told. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const notice: RefusalNotice = {
      from: this.process,
      refusals: this.pending,
      untold: Object.fromEntries(this.untold),
    };
    this.pending = [];
    this.untold = new Map();
    const empty = notice.refusals.length === 0;
    // While disconnected the client would keep it and send it late.
    if (!empty && this.link.connected) this.link.nc.publish(subject, JSON.stringify(notice));
  }

  listen(listener: (notice: RefusalNotice) => void): () => void {
    this.subscription ??= this.link.nc.subscribe(subject, {
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

/** Another version, or anybody on that server, may have sent it. */
function parse(data: Uint8Array): RefusalNotice | undefined {
  try {
    const value = JSON.parse(Buffer.from(data).toString('utf8')) as Partial<RefusalNotice> | null;
    const { from, refusals, untold } = value ?? {};
    const fits =
      typeof from === 'string' &&
      Array.isArray(refusals) &&
      refusals.every(isRefusal) &&
      typeof untold === 'object' &&
      Object.values(untold).every(Number.isSafeInteger);
    return fits ? { from, refusals, untold } : undefined;
  } catch {
    return undefined;
  }
}

const texts = ['site', 'sdk', 'eventType', 'eventId', 'path'] as const;

function isRefusal(value: unknown): value is Refusal {
  const refusal = value as Partial<Refusal> | null;
  return (
    Number.isSafeInteger(refusal?.at) &&
    typeof refusal?.id === 'string' &&
    typeof refusal.dialect === 'string' &&
    typeof refusal.reason === 'string' &&
    Array.isArray(refusal.messages) &&
    refusal.messages.every((message) => typeof message === 'string') &&
    texts.every((name) => refusal[name] === undefined || typeof refusal[name] === 'string')
  );
}
