/**
 * The partition that a new site gets: 32-bit FNV-1a of its ID, modulo P. Only ever asked when the site is created;
 * from then on its recorded partition counts. Pinned by a test: it must never change.
 */
export function partitionFor(siteId: string, partitions: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < siteId.length; i++) {
    // Site IDs are ASCII, so a code unit is a byte.
    hash = Math.imul(hash ^ siteId.charCodeAt(i), 0x01000193);
  }
  // FNV's low bits mix poorly on short names; fold the high half in.
  hash ^= hash >>> 16;
  return (hash >>> 0) % partitions;
}
