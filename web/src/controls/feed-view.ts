/** Characters: the API's own bound. */
export const LONGEST_FILTER = 200;

/** What the page of events shows. All of it is in the address, so that a link shows the same thing. */
export interface FeedView {
  /** undefined: the address names no site */
  readonly site: string | undefined;
  /** Whatever site it is of. */
  readonly all: boolean;
  readonly outcome: 'stored' | 'refused' | undefined;
  /** '' shows all. */
  readonly type: string;
  /** As typed, like the type: a blank at the end may be one between two words soon. */
  readonly text: string;
}

export function parseFeedView(search: string): FeedView {
  const params = new URLSearchParams(search);
  const outcome = params.get('outcome');
  return {
    site: params.get('site') || undefined,
    all: params.get('sites') === 'all',
    outcome: outcome === 'stored' || outcome === 'refused' ? outcome : undefined,
    type: (params.get('type') ?? '').slice(0, LONGEST_FILTER),
    text: (params.get('text') ?? '').slice(0, LONGEST_FILTER),
  };
}

/** The same without blanks around what was typed: what is asked for. */
export const trimmed = (view: FeedView): FeedView => ({
  ...view,
  type: view.type.trim(),
  text: view.text.trim(),
});

/** The address of the page for a view, without its host. */
export function feedAddress({ site, all, outcome, type, text }: FeedView): string {
  const params = new URLSearchParams();
  if (site !== undefined) params.set('site', site);
  if (all) params.set('sites', 'all');
  if (outcome !== undefined) params.set('outcome', outcome);
  if (type !== '') params.set('type', type);
  if (text !== '') params.set('text', text);
  const search = params.toString().replaceAll('%2F', '/');
  return search === '' ? '/events' : `/events?${search}`;
}
