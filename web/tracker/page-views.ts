import { here, safely, type Send } from './page.js';

/** The page that is shown, and where its reader came from. */
export interface View {
  url: string;
  referrer: string;
}

export interface PageViews {
  /** Counts a view of what the address bar shows. */
  readonly count: () => void;
  /** Sends the view that still waits for its title. */
  readonly settle: () => void;
}

/**
 * Counts views; with `auto`, one for the page, and one for each that is navigated to in this document or come back to.
 * `left` is told when a view makes room for the next.
 */
export function watchViews(send: Send, view: View, auto: boolean, left: () => void): PageViews {
  let seen = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const sendView = () => {
    timer = clearTimeout(timer) as undefined;
    seen = true;
    send('page_view');
  };
  const soon = (delay: number) => {
    clearTimeout(timer);
    timer = setTimeout(sendView, delay);
  };
  const settle = () => {
    if (timer) sendView();
  };
  const turn = () => {
    settle();
    if (seen) {
      left();
      view.referrer = view.url;
    }
    view.url = here();
  };
  const count = () => {
    if (!timer) turn();
    sendView();
  };
  const moved = safely((replaced?: boolean) => {
    if (here() === view.url) return;
    // A redirect within the application: there was no view of what it replaces.
    if (replaced && timer) view.url = here();
    else turn();
    // A router changes the address first, and the title once it has drawn the page.
    soon(100);
  });

  if (auto) {
    for (const name of ['pushState', 'replaceState'] as const) {
      const original = history[name].bind(history);
      history[name] = (...given) => {
        original(...given);
        moved(name === 'replaceState');
      };
    }
    addEventListener('popstate', () => moved());
    // Out of the back-forward cache nothing is loaded again, and yet it is seen again.
    addEventListener('pageshow', (event) => {
      if (event.persisted) count();
    });
    // In a moment: whoever is identified until then has seen it.
    soon(0);
  }
  return { count, settle };
}
