/** Milliseconds for which live projection waits at most while a builder takes its last step. */
export const LONGEST_HOLD = 2_000;
/** Milliseconds that it may be kept waiting without need. */
const SHORT = 100;
/** Messages that are applied in no time. */
const AT_HAND = 16;

/**
 * Decides when a builder that comes near the live checkpoint holds it for its last step. Beside the live batches it comes
 * only so near as the log grows during one of its own steps, which under load is far. So live projection waits for a
 * builder that is a batch or two behind and does not come nearer by itself: it joins in a few steps, whatever the load.
 */
export class Approach {
  private last: { readonly distance: number; readonly messages: number } | undefined;
  /** Messages of the largest step so far. */
  private largest = AT_HAND;
  /** Milliseconds of the last step that applied something, and its messages. */
  private pace = { milliseconds: 0, messages: 1 };

  /** @param distance messages from the live checkpoint. @returns whether to hold it for the next step */
  holds(distance: number): boolean {
    const { last, largest, pace } = this;
    this.last = undefined;
    // Where nothing came, it is waited for without keeping anyone.
    if (!last || last.messages === 0 || distance > 2 * largest) return false;
    const expected = distance <= AT_HAND ? 0 : pace.milliseconds * Math.max(1, distance / pace.messages);
    const nearer = last.distance - distance > last.messages / 2;
    return expected <= (nearer ? SHORT : LONGEST_HOLD);
  }

  /** After each step. @param milliseconds of work, without waiting for its turn */
  stepped(distance: number, messages: number, milliseconds: number): void {
    this.last = { distance, messages };
    if (messages === 0) return;
    this.pace = { milliseconds, messages };
    this.largest = Math.max(this.largest, messages);
  }
}
