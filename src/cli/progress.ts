/** What a progress display writes to; `process.stderr` is one. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface Reading {
  readonly done: number;
  /** Undefined where the end is not known (a pipe). */
  readonly total?: number | undefined;
  /** Shown behind the bar; as a function where it is asked for more often than drawn. */
  readonly detail?: string | (() => string);
}

const REDRAW_MS = 100;
const LINE_MS = 5_000;

/** One line about a long step: redrawn in place on a terminal, else printed anew every few seconds. */
export class Progress {
  private lastDrawn: number;
  private drawn = false;

  constructor(
    private readonly label: string,
    private readonly screen: Screen = process.stderr,
    private readonly now: () => number = Date.now,
  ) {
    this.lastDrawn = screen.isTTY ? 0 : now();
  }

  update(reading: Reading): void {
    const now = this.now();
    if (now - this.lastDrawn < (this.screen.isTTY ? REDRAW_MS : LINE_MS)) return;
    this.lastDrawn = now;
    this.draw(reading);
  }

  /** Prints a line of its own above the display. */
  note(text: string): void {
    this.clear();
    this.screen.write(`${text}\n`);
  }

  /** Takes the display away; on a terminal nothing of it stays. */
  end(): void {
    this.clear();
  }

  private draw({ done, total, detail }: Reading): void {
    const share = total === undefined || total <= 0 ? undefined : Math.min(1, done / total);
    const percent = share === undefined ? '' : ` ${(share * 100).toFixed(0).padStart(3)} %`;
    const words = typeof detail === 'function' ? detail() : detail;
    const tail = words ? `  ${words}` : '';
    if (!this.screen.isTTY) {
      this.screen.write(`${this.label}${percent}${tail}\n`);
      return;
    }
    const bar = share === undefined ? '' : ` ${'█'.repeat(Math.round(share * 24)).padEnd(24, '░')}`;
    const line = `${this.label}${bar}${percent}${tail}`.slice(0, (this.screen.columns ?? 100) - 1);
    this.screen.write(`\r\x1b[2K${line}`);
    this.drawn = true;
  }

  private clear(): void {
    if (!this.drawn) return;
    this.screen.write('\r\x1b[2K');
    this.drawn = false;
  }
}
