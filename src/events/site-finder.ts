const BACKSLASH = 0x5c;

/**
 * Finds the lines of a payload that may be events of one site, without reading any: whatever JSON says its name has the name
 * in its bytes, or an escape. Looking for both takes a fraction of what reading a line does, and of a small site among
 * large ones hardly any line is left.
 */
export class SiteFinder {
  private readonly name: Buffer;
  private payload: Buffer = Buffer.alloc(0);
  /** The next ones, at or behind where was looked last. */
  private named = -1;
  private escaped = -1;

  constructor(site: string) {
    this.name = Buffer.from(`${site}"`);
  }

  open({ buffer, byteOffset, length }: Uint8Array): void {
    this.payload = Buffer.from(buffer, byteOffset, length);
    this.named = this.escaped = -1;
  }

  /** Where the first sign of such a line is, at `from` or behind it: lines that end before are others. Infinity: nowhere. */
  next(from: number): number {
    const { payload, name } = this;
    if (this.named < from) this.named = orNone(payload.indexOf(name, from));
    if (this.escaped < from) this.escaped = orNone(payload.indexOf(BACKSLASH, from));
    return Math.min(this.named, this.escaped);
  }
}

const orNone = (index: number): number => (index < 0 ? Infinity : index);
