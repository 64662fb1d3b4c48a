declare global {
  interface Document {
    /** The page is rendered before anybody asked for it; nobody sees it yet. */
    readonly prerendering?: boolean;
  }
}

/** What JSON can say. */
export type Properties = Readonly<Record<string, unknown>>;

/** Sends an event. @param url of the page that it belongs to, where that is not the current view */
export type Send = (type: string, properties?: Properties, url?: string) => void;

/** The address without its fragment, in which applications keep tokens. */
export const here = (): string => location.href.split('#')[0] as string;

/** A fault that whoever runs the site can mend. */
export const warn = (...said: unknown[]): void => console.warn('tidemark:', ...said);

/** What goes wrong in it is a word in the console, and never the page's trouble. */
export const safely =
  <Given extends unknown[]>(does: (...given: Given) => void) =>
  (...given: Given): void => {
    try {
      does(...given);
    } catch (error) {
      warn('dropped:', error);
    }
  };
