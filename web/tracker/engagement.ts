import type { Send } from './page.js';

/** Less is no reading. */
const WORTH_TELLING = 1_000;

/**
 * Measures for how long the page is visible and focused, and how far it was scrolled. @returns what sends it, where there
 * is something new to tell; with `next`, a new view begins after that. To be called when the page is hidden or shown
 */
export function watchEngagement(send: Send): (next?: boolean) => void {
  let since = 0;
  let engaged = 0;
  /** The lowest pixel that was in sight; what was told of it. */
  let seen = 0;
  let told = innerHeight;

  const tick = () => {
    const now = performance.now();
    if (since) engaged += now - since;
    since = !document.hidden && document.hasFocus() ? now : 0;
  };
  const look = () => {
    seen = Math.max(seen, scrollY + innerHeight);
  };
  addEventListener('focus', tick);
  addEventListener('blur', tick);
  addEventListener('scroll', look);
  tick();

  return (next) => {
    tick();
    look();
    if (engaged >= WORTH_TELLING || seen > told) {
      // Of the height that it has by now: pages grow while they are read.
      const scrollDepth = Math.min(100, Math.round((100 * seen) / document.documentElement.scrollHeight));
      send('engagement', { engagedMs: Math.round(engaged), scrollDepth });
      engaged = 0;
      told = seen;
    }
    if (next) {
      engaged = seen = 0;
      told = innerHeight;
    }
  };
}
