/** Sites that belong to nobody. `app.module.ts` supplies it, so that this room knows no log. */
export abstract class UnownedSites {
  /** Makes all of them this organization's. Where the log is away they stay as they are until the next start. */
  abstract giveTo(organizationId: string): Promise<void>;
}
