import type { RefusalCode } from './refusal-codes.js';

/**
 * What stands where an event should: a line that is no JSON, or what its wire format itself does not allow. It is
 * rejected at its own index, counted and shown like an event that the rules refuse, and the others go on.
 */
export class RefusedItem {
  /** One for each fault. */
  readonly messages: readonly string[];

  constructor(
    readonly reason: RefusalCode,
    why: string | readonly string[],
    readonly siteId?: unknown,
  ) {
    this.messages = [why].flat();
  }
}
