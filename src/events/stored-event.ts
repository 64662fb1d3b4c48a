/** Where an event came from. Derived from its address, which is not kept, so it cannot be derived again. */
export interface EventPlace {
  /** ISO 3166-1 alpha-2, in upper case. */
  readonly country: string;
  /** Who said so: a database with its date, or a header of a proxy. */
  readonly by: string;
}

/**
 * The envelope of an event in the log, version 1. What is not kept here can never be recomputed;
 * the sender's address is deliberately not kept (docs/adr/0004-envelope.md).
 */
export interface StoredEvent {
  readonly v: 1;
  /** UUID, lower case; unique within its site for ever. */
  readonly id: string;
  readonly site: string;
  /** `page_view`, … or any custom name. */
  readonly type: string;
  /** Milliseconds since the epoch, by the sender's clock. */
  readonly occurredAt: number;
  /** Milliseconds since the epoch, by ours. */
  readonly receivedAt: number;
  readonly visitorId: string;
  readonly userId?: string;
  /** Full URL, secret parameters removed. */
  readonly url?: string;
  readonly path?: string;
  readonly referrer?: string;
  readonly title?: string;
  /** As sent, at most 512 bytes. */
  readonly userAgent?: string;
  readonly clientHints?: Readonly<Record<string, string>>;
  readonly language?: string;
  readonly screen?: string;
  readonly geo?: EventPlace;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly source: {
    readonly dialect: string;
    readonly sdk?: string;
    /** The event itself named its user agent, which is then the visitor's and not that of the program that sent it. */
    readonly agent?: 'named';
  };
  readonly requestId?: string;
}
