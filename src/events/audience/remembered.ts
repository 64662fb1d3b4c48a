// A site has few browsers and referrers that are met again and again; what is long is seldom met twice.
const MOST = 10_000;
const LONGEST = 600;

/** Remembers what a pure function of a text gave, for some texts: the answers are the same with it as without. */
export function remembered<T extends object>(work: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    let answer = known.get(text);
    if (answer !== undefined) return answer;
    answer = work(text);
    if (text.length > LONGEST) return answer;
    if (known.size >= MOST) known.clear();
    known.set(text, answer);
    return answer;
  };
}
