import type { Page } from 'playwright-core';

/** Values of figures in the order in which they were seen; -1 where there was none. */
export type Seen = Readonly<Record<string, readonly number[]>>;

interface Question {
  readonly site: string;
  /** Days, both included. */
  readonly from: string;
  readonly to: string;
  /** First of the days whose hours are added up. */
  readonly lately: string;
}

const range = (from: string, to: string) => `{ from: "${from}", to: "${to}" }`;

/**
 * Notes, from now on, every value that the figures page shows, and asks the API for the same figures without pause, from
 * within the page.
 */
export async function watchFigures(
  page: Page,
  question: Question,
): Promise<{ shown: () => Promise<Seen>; polled: () => Promise<Seen>; stop: () => Promise<void> }> {
  await page.evaluate(`{
    const numberIn = (selector) => {
      const text = document.querySelector(selector)?.textContent ?? '';
      return /^[0-9,]+$/.test(text) ? Number(text.replaceAll(',', '')) : -1;
    };
    const note = (seen, values) => {
      for (const [name, value] of Object.entries(values)) {
        seen[name] ??= [];
        if (seen[name].at(-1) !== value) seen[name].push(value);
      }
    };
    window.shown = {};
    const look = () => note(window.shown, {
      pageViews: numberIn('[data-figure=pageViews] .figure-value'),
      uniqueVisitors: numberIn('[data-figure=uniqueVisitors] .figure-value'),
      events: numberIn('[data-figure=events] .figure-value'),
      topPath: numberIn('.top-paths .bar-list tbody tr td'),
    });
    look();
    new MutationObserver(look).observe(document.getElementById('root'), {
      subtree: true, childList: true, characterData: true,
    });

    window.polled = { answers: [0], largestGap: [0] };
    window.polling = true;
    const query = \`{ site(id: "${question.site}") {
      totals(range: ${range(question.from, question.to)}) { current { pageViews uniqueVisitors events } }
      topPaths(range: ${range(question.from, question.to)}, first: 1) { nodes { views } }
      dailyStats(range: ${range(question.lately, question.to)}) { events }
      hourlyStats(range: ${range(question.lately, question.to)}) { events } } }\`;
    const poll = async () => {
      const answer = await fetch('/graphql', {
        method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query }),
      });
      const site = (await answer.json()).data?.site;
      const nothing = { pageViews: -1, uniqueVisitors: -1, events: -1 };
      const sum = (list) => (list ?? []).reduce((total, { events }) => total + events, 0);
      const hours = sum(site?.hourlyStats);
      note(window.polled, {
        ...(site?.totals.current ?? nothing), topPath: site?.topPaths.nodes[0]?.views ?? -1, hours,
      });
      // Two read models, which have to agree at every moment.
      const gap = Math.abs(hours - sum(site?.dailyStats));
      if (gap > window.polled.largestGap[0]) window.polled.largestGap[0] = gap;
      window.polled.answers[0]++;
    };
    window.stopped = (async () => {
      while (window.polling) await poll();
    })();
    undefined;
  }`);
  return {
    shown: () => page.evaluate('window.shown'),
    polled: () => page.evaluate('window.polled'),
    stop: () => page.evaluate('window.polling = false; window.stopped'),
  };
}

/** What faltered: a figure that was missing, or less than before. */
export const faltered = (seen: Seen): string[] =>
  Object.entries(seen).flatMap(([name, values]) =>
    values.flatMap((value, index) =>
      value < Math.max(0, values[index - 1] ?? 0) ? [`${name}: ${values[index - 1]} -> ${value}`] : [],
    ),
  );
