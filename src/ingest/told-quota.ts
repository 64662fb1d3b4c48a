const WINDOW_MS = 1_000;

/** Admits the first ones of each second. */
export class ToldQuota {
  private windowEnds = 0;
  private told = 0;
  private readonly bySite = new Map<string, number>();

  /** @param most in a second: of all sites, and of one, so that who sends too much does not hide the others */
  constructor(private readonly most: { readonly all: number; readonly ofSite: number }) {}

  /** @param now milliseconds of a clock that only goes on */
  admits(site: string, now: number): boolean {
    if (now >= this.windowEnds) {
      this.windowEnds = now + WINDOW_MS;
      this.told = 0;
      this.bySite.clear();
    }
    const ofSite = this.bySite.get(site) ?? 0;
    if (this.told >= this.most.all || ofSite >= this.most.ofSite) return false;
    this.told++;
    this.bySite.set(site, ofSite + 1);
    return true;
  }
}
