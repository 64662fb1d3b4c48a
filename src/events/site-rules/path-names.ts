import { bySpecificity } from './pattern-order.js';
import { matches, parsePattern, segmentsOf, type PathPattern } from './path-pattern.js';
import { spellingOf, type Spelling } from './path-spelling.js';
import type { MergePath, PathTemplate, SiteRule } from './site-rule.js';

interface Renaming {
  readonly to: string;
  readonly rule: PathTemplate | MergePath;
}

/** A way that ends where it began: the paths (the first again at the end) and the rules between them. */
interface Circle {
  readonly paths: readonly string[];
  readonly rules: readonly (PathTemplate | MergePath)[];
}

/**
 * The templates and merges of a site, in its own spelling. A template of a path without wildcards that is shown as
 * itself says "this one stays": an exception to a wider pattern.
 */
export class PathNames {
  readonly spelling: Spelling;
  readonly #merges = new Map<string, Renaming>();
  readonly #templates: (Renaming & { readonly pattern: PathPattern })[];
  readonly #final: ReadonlySet<string>;

  constructor(rules: readonly SiteRule[]) {
    this.spelling = spellingOf(rules);
    for (const rule of rules) {
      if (rule.kind !== 'merge_path') continue;
      const [from, to] = [this.spelling(rule.from), this.spelling(rule.to)];
      // "/a/" merged into "/a" says nothing more once trailing slashes are removed.
      if (from !== to) this.#merges.set(from, { to, rule });
    }
    this.#templates = rules
      .filter((rule) => rule.kind === 'path_template')
      .map((rule) => ({ rule, text: this.spelling(rule.pattern), to: this.spelling(rule.template) }))
      .sort((a, b) => bySpecificity(a.text, b.text))
      .map(({ rule, text, to }) => ({ rule, to, pattern: parsePattern(text) }));
    this.#final = new Set(this.#templates.map(({ to }) => to));
  }

  /**
   * One step from a path in the site's spelling: its merge, else the most specific template that matches. What a
   * template says is final but for merges, or "/docs/all" would be caught by "/docs/*" again.
   */
  step(path: string): Renaming | undefined {
    const merge = this.#merges.get(path);
    if (merge !== undefined || this.#templates.length === 0 || this.#final.has(path)) return merge;
    const segments = segmentsOf(path);
    if (segments === undefined) return undefined;
    return this.#templates.find(({ pattern }) => matches(pattern, segments));
  }

  /** Where the steps from every path that a step leads to end, and the circles that never do. */
  ends(): { readonly ends: ReadonlyMap<string, string | undefined>; readonly circles: readonly Circle[] } {
    const ends = new Map<string, string | undefined>();
    const circles: Circle[] = [];
    for (const target of [...this.#merges.values(), ...this.#templates].map(({ to }) => to)) {
      const way = new Map<string, Renaming['rule'] | undefined>();
      let path = target;
      while (!ends.has(path) && !way.has(path)) {
        const next = this.step(path);
        way.set(path, next?.rule);
        if (next === undefined) ends.set(path, path);
        else path = next.to;
      }
      if (!ends.has(path)) circles.push(circleFrom(path, way));
      const end = ends.get(path);
      for (const passed of way.keys()) ends.set(passed, end);
    }
    return { ends, circles };
  }
}

/** `way` has the paths in the order in which they were passed, each with the rule that led on from it. */
function circleFrom(start: string, way: ReadonlyMap<string, Renaming['rule'] | undefined>): Circle {
  const passed = [...way];
  const circle = passed.slice(passed.findIndex(([path]) => path === start));
  return {
    paths: [...circle.map(([path]) => path), start],
    rules: circle.flatMap(([, rule]) => rule ?? []),
  };
}

/**
 * From a path without its query to the one that is shown: spelled, then renamed until nothing changes. Twice is the
 * same as once. Throws for rules that rename in a circle, which `validateSiteRules` refuses.
 */
export function compilePathNames(rules: readonly SiteRule[]): (path: string) => string {
  const names = new PathNames(rules);
  const { ends, circles } = names.ends();
  for (const { paths } of circles) throw new Error(`the rules rename in a circle: ${paths.join(' -> ')}`);
  return (path) => {
    const spelled = names.spelling(path);
    const next = names.step(spelled);
    return next === undefined ? spelled : (ends.get(next.to) ?? next.to);
  };
}
