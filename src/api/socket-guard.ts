import type { WebSocket } from 'ws';

import type { Actor } from '#access/actor.js';
import type { Actors, Asking } from '#access/actors.js';

export const guardLimits = {
  /** Milliseconds between two looks at who has a socket open. */
  lookMs: 10_000,
  /** Sockets of one person or key. */
  sockets: 10,
  /** Of one link: all who have it count as one. */
  linkSockets: 200,
} as const;

/** The longest that a timer waits. */
const LONGEST_MS = 2 ** 31 - 1;

const FORBIDDEN = 4403;
const TOO_MANY = 4429;

/** Closes the socket of whoever may not have it any more: signed out, expired, removed, demoted, or working elsewhere now. */
export class SocketGuard {
  private readonly open = new Map<string, number>();

  constructor(private readonly actors: Actors) {}

  /** @returns false where who asks may have none */
  async admit(socket: WebSocket, asking: Asking): Promise<boolean> {
    const actor = await this.actors.of(asking);
    if (actor.kind === 'anonymous') return false;
    if (actor.kind === 'local' || socket.readyState !== socket.OPEN) return true;
    const name = holderOf(actor);
    const others = this.open.get(name) ?? 0;
    const most = actor.kind === 'link' ? guardLimits.linkSockets : guardLimits.sockets;
    if (others >= most) {
      socket.close(TOO_MANY, `At most ${most} connections at a time`);
      return true;
    }
    this.open.set(name, others + 1);
    const stop = this.watch(socket, asking, actor);
    socket.once('close', () => {
      stop();
      const left = (this.open.get(name) ?? 1) - 1;
      if (left > 0) this.open.set(name, left);
      else this.open.delete(name);
    });
    return true;
  }

  private watch(socket: WebSocket, asking: Asking, first: Actor): () => void {
    const standing = standingOf(first);
    let timer: NodeJS.Timeout | undefined;
    const wait = (actor?: Actor) => {
      const left = actor?.kind === 'person' ? actor.expiresAt - Date.now() : Infinity;
      timer = setTimeout(() => void look(), Math.max(0, Math.min(guardLimits.lookMs, left, LONGEST_MS)));
    };
    const look = async () => {
      // Nobody can tell now, and pushes fail meanwhile: the next look knows more.
      const now = await this.actors.of(asking).catch(() => undefined);
      if (socket.readyState !== socket.OPEN) return;
      const over = now?.kind === 'person' && now.expiresAt <= Date.now();
      if (now && (over || standingOf(now) !== standing)) return socket.close(FORBIDDEN, 'Forbidden');
      wait(now);
    };
    wait(first);
    return () => clearTimeout(timer);
  }
}

/** All that decides what an actor may see; a session that is prolonged changes nothing of it. */
function standingOf(actor: Actor): string {
  return JSON.stringify(actor.kind === 'person' ? { ...actor, expiresAt: 0 } : actor);
}

function holderOf(actor: Exclude<Actor, { kind: 'local' | 'anonymous' }>): string {
  switch (actor.kind) {
    case 'person':
      return `user ${actor.userId}`;
    case 'key':
      return `key ${actor.keyId}`;
    case 'link':
      return `link ${actor.linkId}`;
  }
}
