let shown: string | undefined;

/** Whose data the page holds; undefined where there are no accounts, or somebody belongs to none. */
export const shownOrganization = (): string | undefined => shown;

export function showOrganization(id: string | undefined): void {
  shown = id;
}
