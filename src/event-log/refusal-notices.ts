import { randomUUID } from 'node:crypto';
import { Broadcast } from './broadcast.js';
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

/** An event, or a whole request, that was refused, for good or for now: enough to find the sender's fault. Never an address or a key. */
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
 * is counted.
 */
export class RefusalNotices {
  /** What this process is called in its notices. */
  readonly process = randomUUID();
  private readonly broadcast: Broadcast<RefusalNotice>;
  private readonly own = new Set<(notice: RefusalNotice) => void>();
  private pending: Refusal[] = [];
  private untold = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;

  constructor(link: Link) {
    this.broadcast = new Broadcast(link, { subjects: subject, subjectOf: () => subject, isNotice });
  }

  send(refusal: Refusal): void {
    const site = refusal.site ?? '';
    const ofSite = this.pending.reduce((n, each) => n + Number((each.site ?? '') === site), 0);
    if (this.pending.length >= perWindow || ofSite >= perSite) return this.count(site);
    this.pending.push(refusal);
    this.flushLater();
  }

  /** One that is not told, of this site. */
  count(site: string): void {
    const key = this.untold.has(site) || this.untold.size < sitesCounted ? site : ANY_SITE;
    this.untold.set(key, (this.untold.get(key) ?? 0) + 1);
    this.flushLater();
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
    if (notice.refusals.length === 0 && Object.keys(notice.untold).length === 0) return;
    this.broadcast.send(notice);
    for (const each of [...this.own]) each(notice);
  }

  /** Its own refusals a process hears of by itself: one of them may be that the server is away. */
  listen(listener: (notice: RefusalNotice) => void): () => void {
    const stop = this.broadcast.listen((notice) => {
      if (notice.from !== this.process) listener(notice);
    });
    this.own.add(listener);
    return () => {
      stop();
      this.own.delete(listener);
    };
  }

  private flushLater(): void {
    this.timer ??= setTimeout(() => this.flush(), windowMs).unref();
  }
}

function isNotice(value: unknown): value is RefusalNotice {
  const { from, refusals, untold } = (value ?? {}) as Partial<RefusalNotice>;
  return (
    typeof from === 'string' &&
    Array.isArray(refusals) &&
    refusals.every(isRefusal) &&
    typeof untold === 'object' &&
    untold !== null &&
    Object.values(untold).every(Number.isSafeInteger)
  );
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
