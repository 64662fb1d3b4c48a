/** `https://shop.example`, with a port where it has one; `https://*.shop.example` are all hosts under it. */
const ORIGIN =
  /^(https?):\/\/(\*\.)?((?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)(:\d{1,5})?$/;

const MOST = 50;

/**
 * Origins of pages, tidied: in lower case, without the slash behind them, each once.
 *
 * @returns what is wrong with them as the end of a sentence that begins with the field's name, where something is
 */
export function readOrigins(given: readonly string[]): readonly string[] | { readonly fault: string } {
  const tidy = [...new Set(given.map((each) => each.trim().toLowerCase().replace(/\/$/, '')))];
  if (tidy.length > MOST) return { fault: `must be at most ${MOST} origins` };
  const odd = tidy.findIndex((each) => each.length > 260 || !isOrigin(each));
  if (odd === -1) return tidy;
  return { fault: `[${odd}] must be an origin, such as "https://shop.example" or "https://*.shop.example"` };
}

function isOrigin(text: string): boolean {
  // A browser leaves out the port that the scheme has anyway, so such an origin would never be met.
  return ORIGIN.test(text) && !/^(https:.*:443|http:.*:80)$/.test(text);
}

/** Whether a page is one of these origins; an empty list is every page. `origin` as a browser writes it. */
export function allowsOrigin(origins: readonly string[], origin: string | undefined): boolean {
  if (origins.length === 0) return true;
  if (origin === undefined) return false;
  return origins.some((allowed) => {
    const [scheme, host] = allowed.split('*', 2);
    return host === undefined
      ? allowed === origin
      : origin.startsWith(scheme ?? '') && origin.endsWith(host) && origin.length > allowed.length - 1;
  });
}
