const MAPPED = /^::ffff:(?=\d+\.)/i;

/** Who shares a limit: an IPv4 address, or the 64 bits of IPv6 that one customer has. `address` is a valid one. */
export const senderKey = (address: string): string => networkOf(address, 4) ?? address.replace(MAPPED, '');

/** The 48 bits of IPv6 that one site is commonly given, 65,536 networks; undefined for IPv4. */
export const senderSite = (address: string): string | undefined => networkOf(address, 3);

/** @param groups of 16 bits, of which IPv6 has eight */
function networkOf(address: string, groups: number): string | undefined {
  const plain = address.replace(MAPPED, '');
  if (!plain.includes(':')) return undefined;
  const [before = '', after] = (plain.split('%', 1)[0] ?? '').toLowerCase().split('::');
  const all = before === '' ? [] : before.split(':');
  if (after !== undefined) {
    const last = after === '' ? [] : after.split(':');
    while (all.length + last.length < 8) all.push('0');
    all.push(...last);
  }
  const network = all.slice(0, groups).map((group) => group.replace(/^0+(?=.)/, ''));
  return `${network.join(':')}::/${16 * groups}`;
}
