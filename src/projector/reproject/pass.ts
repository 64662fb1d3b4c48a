import type pg from 'pg';
import type { LogMessage } from '#event-log/types.js';
import { dayOf, utcDaysOf } from '#projection/calendar.js';
import type { MemberCache } from '#projection/member-cache.js';
import type { SiteSettings } from '#projection/types.js';
import type { Used } from '../build-throttle.js';
import type { Engine } from '../engine.js';
import { floorAt, type Lease } from '../lease.js';
import { verifyMessage } from '../log-identity.js';
import type { KnownSite } from '../sites.js';
import { BuildFailed, Stretch, type Group, type OneSite } from '../stretch.js';
import { readMessages } from '../verify/read-log.js';
import type { Stretch as Range } from '../verify/stretches.js';
import { siteBlocks } from './site-blocks.js';
import { moveSets, type SpareSet } from './spare-sets.js';

/** Bytes folded, in some milliseconds, before sockets and timers get their turn. */
const UNDISTURBED = 128 * 1024;

/** What is carried out, and with what. */
export interface Reprojected<L = Lease> {
  readonly engine: Engine;
  readonly client: pg.Client;
  readonly lease: L;
  readonly job: number;
  /** With the settings that it is filled under. */
  readonly site: KnownSite;
  /** Its settings as they are served. */
  readonly served: SiteSettings;
  readonly untried: OneSite['untried'];
  readonly signal: AbortSignal;
  /** What of a message is folded; default: all of it. */
  readonly part?: (message: LogMessage) => LogMessage;
}

type InPartition = Reprojected<Pick<Lease, 'partition'>>;

/** What one transaction came to. */
export interface Folded {
  readonly messages: number;
  /** The end of the pass was reached. */
  readonly over: boolean;
  /** To be called once the transaction has committed. */
  readonly committed: () => void;
}

/** Row sets that stand at one place and get the same days, and the site's blocks of the log from there to their goal, read once. */
export class Pass {
  private at: number;

  private constructor(
    private readonly of: InPartition,
    readonly group: Group,
    readonly sets: readonly SpareSet[],
    private readonly messages: AsyncGenerator<LogMessage, void, void>,
    /** Finds the event that PostgreSQL refuses. */
    private readonly careful: boolean,
  ) {
    this.at = group.at;
  }

  static async open(
    of: InPartition,
    { group, sets }: { readonly group: Group; readonly sets: readonly SpareSet[] },
    careful: boolean,
  ): Promise<Pass> {
    const between = { from: group.at + 1, to: group.upTo };
    const days = sets[0]?.days;
    const { timeZone } = of.site.settings;
    const inUtc = days && [...days].flatMap((day) => utcDaysOf(day, timeZone));
    const blocks = await siteBlocks(of.engine, of.client, of.site, between, inUtc);
    return new Pass(of, group, sets, messagesOf(of, group, blocks), careful);
  }

  /** Where the row sets stand. */
  get standing(): number {
    return this.at;
  }

  /**
   * Folds what can be read until then, and no more than about so many events, inside the caller's transaction, which holds the row sets.
   * @throws RefusedValues where it is not careful, else BuildFailed, which names the event; after either it is of no use
   */
  async fold(until: () => number, most: number, members: MemberCache, used: Used): Promise<Folded> {
    const { of, group, sets, careful } = this;
    const { engine, client, lease, site, served, untried } = of;
    const only = {
      site,
      served,
      untried,
      sets: new Map(sets.map(({ generation, rowSet }) => [generation.id, rowSet])),
      has: chosen(site, sets[0]?.days),
    };
    const from = { ...group, at: this.at };
    const stretch = Stretch.ofSite({ engine, client, lease, members, used }, from, careful, only);
    let last: LogMessage | undefined;
    let messages = 0;
    let undisturbed = 0;
    let over = false;
    do {
      const next = await this.messages.next();
      if (next.done) {
        over = true;
        break;
      }
      last = next.value;
      messages++;
      await stretch.add(last);
      if ((undisturbed += last.payload.byteLength) > UNDISTURBED) {
        undisturbed = 0;
        await new Promise((resolve) => setImmediate(resolve));
      }
    } while (stretch.events < most && performance.now() < until());
    // What it ends with must be what live projection read: sequences are used again after a damaged tail.
    const floor = last && (await floorAt(client, lease.partition, last.sequence));
    if (floor) verifyMessage(floor, last as LogMessage);
    const written = await stretch.flush();
    const to = over ? group.upTo : stretch.at;
    await moveSets(client, sets, to, stretch.events);
    return {
      messages,
      over,
      committed: () => {
        this.at = to;
        written();
      },
    };
  }

  async close(): Promise<void> {
    await this.messages.return();
  }
}

/** The events of the site, on those days where there are any. */
function chosen({ settings }: KnownSite, days: SpareSet['days']): OneSite['has'] {
  const { id, timeZone } = settings;
  if (!days) return ({ site }) => site === id;
  return ({ site, occurredAt }) => site === id && days.has(dayOf(occurredAt, timeZone));
}

async function* messagesOf(
  { engine, lease, signal, part }: InPartition,
  { generations }: Group,
  blocks: readonly Range[],
): AsyncGenerator<LogMessage, void, void> {
  const missing = (first: number, last: number) => {
    throw new BuildFailed(
      generations[0]?.id ?? 0,
      `the log of partition ${lease.partition} has lost its messages ${first} to ${last}, which are in the served figures. ` +
        'Restore the log from a backup.',
    );
  };
  for (const { from, to } of blocks) {
    const messages = readMessages(engine, { partition: lease.partition, from, upTo: to, signal, missing });
    if (part) for await (const message of messages) yield part(message);
    else yield* messages;
  }
}
