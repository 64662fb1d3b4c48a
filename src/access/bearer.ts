/** The credential of `Authorization: Bearer …`; undefined where there is none. */
export function bearerIn(authorization: string | undefined): string | undefined {
  return authorization === undefined ? undefined : /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
}
