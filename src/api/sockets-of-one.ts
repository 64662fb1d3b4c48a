import type { Actor } from '#access/actor.js';

/** Open sockets of each person, in this process. Those of programs and links are bounded by the sum of all alone. */
export class SocketsOfOne {
  private readonly open = new Map<string, number>();

  constructor(private readonly most: number) {}

  /** @returns how to count it out again; undefined where the person has as many as there may be */
  enter(actor: Actor): (() => void) | undefined {
    if (actor.kind !== 'person') return () => undefined;
    const { userId } = actor;
    const before = this.open.get(userId) ?? 0;
    if (before >= this.most) return undefined;
    this.open.set(userId, before + 1);
    return () => {
      const left = (this.open.get(userId) ?? 1) - 1;
      if (left > 0) this.open.set(userId, left);
      else this.open.delete(userId);
    };
  }
}
