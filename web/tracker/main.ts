import { start, type Tracker } from './core.js';
import { safely, warn } from './page.js';
import type { VisitorMode } from './visitor.js';

type Call = readonly [name: keyof Tracker, ...given: never[]];

declare global {
  interface Window {
    /** Before this script has come: what the page put there to keep its calls (docs/tracker.md). */
    tidemark?: Partial<Tracker> & { q?: Call[]; loaded?: true };
  }
}

/** `<script defer src="https://stats.example.com/t.js" data-site="shop" data-key="pk_…"></script>` */
function main(script: HTMLScriptElement | null): void {
  const data = script?.dataset;
  if (!script || !data?.site) return warn('data-site is missing');
  const stub = (window.tidemark ??= {});
  // The snippet stands in the page twice.
  if (stub.loaded) return;
  stub.loaded = true;
  const tracker = start(
    data.site,
    // Beside the script, also where a proxy gave it a path.
    data.host?.replace(/\/?$/, '/') ?? script.src,
    data.visitor as VisitorMode | undefined,
    data.auto !== 'false',
    data.key,
  );
  // Into the same object: the page may hold it already.
  Object.assign(stub, tracker);
  stub.q?.forEach(
    safely(([name, ...given]: Call) => (tracker[name] as (...given: unknown[]) => void)(...given)),
  );
}

main(document.currentScript as HTMLScriptElement | null);
