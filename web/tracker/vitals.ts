import { here, type Send } from './page.js';

type Entry = PerformanceEntry & {
  readonly value: number;
  readonly hadRecentInput: boolean;
  readonly interactionId: number;
};

/**
 * Measures how the page loaded, by what the browser says of it. @returns what sends it, to be called once. What a browser does not
 * measure is left out.
 */
export function watchVitals(send: Send): (() => void) | undefined {
  const [load] = performance.getEntriesByType('navigation') as (PerformanceNavigationTiming & {
    activationStart?: number;
  })[];
  // A tab that is opened behind another is drawn when somebody looks at it, which says nothing of the page.
  if (!load || (document.hidden && !document.prerendering)) return undefined;

  const url = here();
  const vitals: Record<string, number> = {};
  const keep = (name: string, value: number) => {
    vitals[name] = Math.max(vitals[name] ?? 0, value);
  };
  // Of a page that was rendered in advance, what passed before anybody asked for it is nobody's wait.
  const time = (name: string, at: number) => keep(name, Math.round(at - (load.activationStart ?? 0)));
  let shift = 0;
  let first = 0;
  let last = -Infinity;

  const takers: Record<string, (entry: Entry) => void> = {
    paint(entry) {
      // There is "first-paint" too.
      if (entry.name[6] === 'c') time('fcp', entry.startTime);
    },
    'largest-contentful-paint': (entry) => time('lcp', entry.startTime),
    // The worst interaction; INP proper forgives one in fifty.
    event(entry) {
      if (entry.interactionId) keep('inp', entry.duration);
    },
    // The worst window of shifts, each within a second of the one before and all within five.
    'layout-shift'(entry) {
      if (entry.hadRecentInput) return;
      const before = last;
      last = entry.startTime;
      if (last - before > 1_000 || last - first > 5_000) {
        shift = 0;
        first = last;
      }
      shift += entry.value;
      keep('cls', +shift.toFixed(4));
    },
  };
  const take = (entries: PerformanceEntryList) =>
    entries.forEach((entry) => takers[entry.entryType]?.(entry as Entry));
  const observer = new PerformanceObserver((list) => take(list.getEntries()));
  for (const type of PerformanceObserver.supportedEntryTypes) {
    if (takers[type])
      observer.observe({ type, buffered: true, durationThreshold: 16 } as PerformanceObserverInit);
    // None is a measure too.
    if (type === 'layout-shift') keep('cls', 0);
  }
  time('ttfb', load.responseStart);

  return () => {
    take(observer.takeRecords());
    observer.disconnect();
    send('web_vitals', vitals, url);
  };
}
