const KEY = 'tidemark-site';

// Storage may be blocked; the first site is then shown.
export function rememberedSite(): string | undefined {
  try {
    return localStorage.getItem(KEY) ?? undefined;
  } catch {
    return undefined;
  }
}

export function rememberSite(site: string): void {
  try {
    localStorage.setItem(KEY, site);
  } catch {
    // see above
  }
}
