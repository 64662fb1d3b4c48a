import { eventIdFrom } from '#events/event-id.js';

/**
 * How many different lines back a repetition is still recognised. Identical lines share their second, so they stand
 * close together; 100,000 lines within one second and its stragglers would be more than any single log writes.
 */
const WINDOW = 100_000;

/**
 * The event ID of a line: a function of the site, the line and which occurrence of that identical line it is. So a
 * second run, a rotated file or a longer one gives every line the ID it had before.
 *
 * Memory is bounded: two generations of at most `window` lines each (about 25 MB in all). A repetition farther away
 * than `window` lines counts as the first occurrence again, wherever the file happened to begin.
 */
export class LineIds {
  private recent = new Map<string, { count: number; at: number }>();
  private older = new Map<string, { count: number; at: number }>();
  private line = 0;

  constructor(
    private readonly site: string,
    private readonly window: number = WINDOW,
  ) {}

  next(text: string): string {
    this.line += 1;
    const first = eventIdFrom(this.site, `access-log\n1\n${text}`);
    const seen = this.recent.get(first) ?? this.older.get(first);
    const count = seen && this.line - seen.at <= this.window ? seen.count + 1 : 1;
    this.recent.set(first, { count, at: this.line });
    if (this.recent.size >= this.window) {
      this.older = this.recent;
      this.recent = new Map();
    }
    return count === 1 ? first : eventIdFrom(this.site, `access-log\n${count}\n${text}`);
  }

  /** Lines held in memory now. */
  get size(): number {
    return this.recent.size + this.older.size;
  }
}
