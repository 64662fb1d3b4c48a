export const VISITOR_IDENTITIES = ['persistent', 'cookieless'] as const;
export const PRIVACY_SIGNALS = ['honoured', 'ignored'] as const;

/** How a site knows its visitors again. */
export interface VisitorPolicy {
  /** `persistent`: by the ID that comes with an event, else by the cookie. `cookieless`: for a day, by a salted hash. */
  readonly identity: (typeof VISITOR_IDENTITIES)[number];
  /** Whether a browser that says `Sec-GPC: 1` or `DNT: 1` makes its events cookieless, without a user. */
  readonly signals: (typeof PRIVACY_SIGNALS)[number];
}

export const DEFAULT_VISITOR_POLICY: VisitorPolicy = { identity: 'persistent', signals: 'honoured' };

export function isVisitorPolicy(
  value: Partial<Record<keyof VisitorPolicy, unknown>>,
): value is VisitorPolicy {
  return (
    (VISITOR_IDENTITIES as readonly unknown[]).includes(value.identity) &&
    (PRIVACY_SIGNALS as readonly unknown[]).includes(value.signals)
  );
}
