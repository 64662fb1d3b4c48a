import { start, type Tracker } from './core.js';
import { warn } from './page.js';
import type { VisitorMode } from './visitor.js';

type Call = readonly [name: keyof Tracker, ...given: never[]];

declare global {
  interface Window {
    /** Before this script has come: what the page put there to keep its calls (docs/tracker.md). */
    tidemark?: Partial<Tracker> & { q?: Call[] | undefined };
  }
}

/** `<script defer src="https://stats.example.com/t.js" data-site="shop"></script>` */
function main(script: HTMLScriptElement | null): void {
  const data = script?.dataset;
  if (!script || !data?.site) return warn('the script needs data-site=YOUR-SITE');
  const stub = (window.tidemark ??= {});
  // The snippet stands in the page twice.
  if (stub.track && !stub.q) return;
  const tracker = start(
    data.site,
    // Beside the script, also where a proxy gave it a path.
    data.host?.replace(/\/?$/, '/') ?? script.src,
    data.visitor as VisitorMode | undefined,
    data.auto !== 'false',
  );
  const calls = stub.q ?? [];
  stub.q = undefined;
  Object.assign(stub, tracker);
  for (const [name, ...given] of calls) (tracker[name] as (...given: unknown[]) => void)(...given);
}

main(document.currentScript as HTMLScriptElement | null);
