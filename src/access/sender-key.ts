const MAPPED = /^::ffff:(?=\d+\.)/i;

/** Who shares a limit: an IPv4 address, or the 64 bits of IPv6 that one customer has. `address` is a valid one. */
export function senderKey(address: string): string {
  const plain = address.replace(MAPPED, '');
  if (!plain.includes(':')) return plain;
  const [before = '', after] = (plain.split('%', 1)[0] ?? '').toLowerCase().split('::');
  const groups = before === '' ? [] : before.split(':');
  if (after !== undefined) {
    const last = after === '' ? [] : after.split(':');
    while (groups.length + last.length < 8) groups.push('0');
    groups.push(...last);
  }
  const network = groups.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, ''));
  return `${network.join(':')}::/64`;
}
