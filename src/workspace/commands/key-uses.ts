/** When keys were last used. `app.module.ts` supplies it, so that this room knows no database. */
export abstract class KeyUses {
  /** By key ID; what nobody knows is left out. Never rejects. */
  abstract lastUses(keyIds: readonly string[]): Promise<ReadonlyMap<string, Date>>;
}
