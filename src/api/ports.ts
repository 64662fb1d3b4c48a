/** What the API needs of the log; `app.module.ts` supplies it, so this room never imports the log. */

/** Says when the figures of a site may have moved. A notice may get lost: it is a hint, never the truth. */
export abstract class ChangeFeed {
  /** Calls `listener` after each projected batch that touched the site; returns the way to stop. */
  abstract subscribe(
    siteId: string,
    listener: (notice: { readonly partition: number; readonly sequence: number }) => void,
  ): () => void;

  /** Calls `listener` after each projected batch, whatever its sites; returns the way to stop. */
  abstract subscribeAll(
    listener: (notice: { readonly partition: number; readonly sequence: number }) => void,
  ): () => void;
}

export interface LogHead {
  readonly partition: number;
  /** Last sequence stored; 0 for an empty stream. */
  readonly sequence: number;
  /** `synced`, `unsynced` or `unproven`. */
  readonly durability: string;
}

/** How far the log itself reaches. Rejects while the log cannot be asked. */
export abstract class LogHeads {
  abstract heads(): Promise<readonly LogHead[]>;
}

/** An event as the log holds it. Times in milliseconds since the epoch. */
export interface LoggedEvent {
  /** Its place in the message, from 0. */
  readonly ordinal: number;
  readonly id: string;
  readonly type: string;
  readonly occurredAt: number;
  /** Whom the figures count: the user where one is signed in, else the visitor. A UUID. */
  readonly visitor: string;
  readonly path?: string;
  /** The path that its figures show, by the site's rules. */
  readonly countedPath?: string;
  /** ID of the rule by which it is in no figure. */
  readonly leftOutBy?: string;
  readonly referrer?: string;
  readonly title?: string;
}

export interface LoggedMessage {
  readonly sequence: number;
  readonly storedAt: number;
  /** Of one site alone, in order. */
  readonly events: readonly LoggedEvent[];
}

/** The log does not answer. */
export class LogAway extends Error {
  override readonly name = 'LogAway';

  constructor() {
    super('The log does not answer right now; try again in a moment.');
  }
}

/** A site whose events are read, and the rules that its figures are made with. */
export interface CountedSite {
  readonly id: string;
  readonly rules: readonly unknown[];
}

/** The events of one site, from the log itself. Both methods fail with LogAway. */
export abstract class LogEvents {
  /** Sequences of a block in the read model `log_blocks`: block b begins at b × blockLength + 1. */
  abstract readonly blockLength: number;

  /** Undefined where the log has no such message. */
  abstract messageAt(
    partition: number,
    sequence: number,
    site: CountedSite,
  ): Promise<LoggedMessage | undefined>;

  /** Every message from one sequence to another, both inclusive, also those without an event of the site. */
  abstract read(partition: number, from: number, to: number, site: CountedSite): AsyncIterable<LoggedMessage>;
}

/** A message of the log. */
export interface LoggedPlace {
  readonly sequence: number;
  /** Milliseconds since the epoch. */
  readonly storedAt: number;
}

/** When the log got what. */
export abstract class LogPlaces {
  /** The last message of a partition that was stored at or before a time (milliseconds); undefined where none was. Rejects with LogAway. */
  abstract lastStoredBy(partition: number, time: number): Promise<LoggedPlace | undefined>;
}

/** What became of one call, as it is shown to whoever sends events. Times in milliseconds since the epoch. */
export interface FedItem {
  /** Its own: a stored event's position, or that of the refusal. */
  readonly id: string;
  readonly outcome: 'stored' | 'refused';
  /** When it was received. */
  readonly at: number;
  /** Wire format that it came in. */
  readonly dialect: string;
  /** Name and version of the client library, as it says. */
  readonly sdk?: string;
  /** Absent where what was refused names none. */
  readonly site?: string;
  readonly eventType?: string;
  readonly eventId?: string;
  readonly path?: string;
  /** The rest of a stored event. */
  readonly stored?: {
    readonly occurredAt: number;
    readonly visitorId: string;
    readonly userId?: string;
    readonly url?: string;
    readonly referrer?: string;
    readonly title?: string;
    readonly country?: string;
    readonly userAgent?: string;
    readonly properties?: Readonly<Record<string, unknown>>;
    readonly warnings: readonly string[];
  };
  /** Why it was refused. */
  readonly refused?: { readonly reason: string; readonly messages: readonly string[] };
}

/** Which items are wanted; what is left out is any. */
export interface FedWish {
  readonly site?: string | undefined;
  /** Whether items of a site, or those that name none, may be shown to who asks. */
  readonly sees?: ((site: string | undefined) => boolean) | undefined;
  /** With a site: also refused calls that name none. */
  readonly withoutSite?: boolean | undefined;
  readonly outcome?: 'stored' | 'refused' | undefined;
  readonly eventTypes?: readonly string[] | undefined;
  readonly dialects?: readonly string[] | undefined;
  readonly visitorId?: string | undefined;
  /** Part of the type, path, event ID, reason or message. */
  readonly text?: string | undefined;
}

export interface FedListener {
  readonly item: (item: FedItem) => void;
  /** So many items that were perhaps wanted were not looked at. */
  readonly skipped: (count: number) => void;
  /** Nothing more comes. */
  readonly failed: () => void;
}

/** What becomes of events of every process, as it happens. */
export abstract class EventFeed {
  /**
   * Every wanted item from now on goes to the listener; `recent` are the last ones of before, oldest first.
   * Fails with LogAway.
   */
  abstract follow(
    wish: FedWish,
    listener: FedListener,
    recent: number,
  ): Promise<{ readonly recent: readonly FedItem[]; stop(): void }>;
}
