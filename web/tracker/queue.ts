import { warn } from './page.js';

/** At most so many events wait in this browser for one site, … */
const MOST = 200;
/** … of so many characters together; the oldest go first. */
const ROOM = 200_000;
/**
 * Characters of one request, and so of one event. A browser lets 64 KB be under way in requests that outlive their page,
 * and a character takes up to three bytes.
 */
const REQUEST = 20_000;

type Store = Record<string, string>;

interface Answer {
  readonly outcomes?: readonly {
    readonly index: number;
    readonly status: 'stored' | 'rejected' | 'unavailable';
  }[];
  /** Of a request that the server refused as a whole. */
  readonly statusCode?: number;
}

export interface Queue {
  /** Keeps the event until the server says what became of it, and sends it soon. @throws where it is no JSON */
  put(event: { readonly eventId: string } & Readonly<Record<string, unknown>>): void;
  /** The page is looked at again: what failed may work by now. */
  wake(): void;
  /** The page may be gone in a moment: what waits is sent now. */
  leave(): void;
}

/** localStorage; where the browser has none or refuses it, something that is as empty after this page. */
export function openStore(): Store {
  try {
    return localStorage ?? {};
  } catch {
    return {};
  }
}

/**
 * Events on their way to the server at `url`. Each has an entry of its own in localStorage before it is sent, and keeps
 * it until an answer says stored or rejected; so no tab writes over what another one keeps, and whichever is open later
 * sends what a closed one left. What is sent twice counts once, by its event ID. `lost` is told how many had to go.
 */
export function openQueue(url: URL, site: string, lost: (count: number) => void): Queue {
  const prefix = `tidemark:${site}:`;
  const store = openStore();
  /** What the browser would not store. */
  const memory: Store = {};
  const underWay = new Set<string>();
  /** Why nothing is sent: 1, the network failed and may work again; 2, the server asked for time. */
  let held = 0;
  let failures = 0;
  let most = MOST;
  let dropped = 0;
  let timer: ReturnType<typeof setTimeout>;

  const read = (key: string) => memory[key] ?? store[key] ?? '';
  const forget = (key: string) => {
    delete memory[key];
    delete store[key];
  };
  const waiting = () =>
    [store, memory]
      .flatMap(Object.keys)
      .filter((key) => key.startsWith(prefix))
      .sort();

  const reject = (key: string, why: unknown) => {
    warn('dropped:', JSON.stringify(why), read(key));
    forget(key);
  };
  const hold = (why: 1 | 2, seconds = 0) => {
    // The time that the server asked for is not over because another request failed meanwhile.
    if (held > why) return;
    held = why;
    clearTimeout(timer);
    timer = setTimeout(
      () => {
        held = 0;
        resume();
      },
      (2 ** Math.min(failures++, 8) + Math.min(seconds, 3_600)) * (1 + Math.random()) * 1_000,
    );
  };

  /** Sends what waits, the oldest first, until something holds it. The first request goes `despite` what holds it so far. */
  const send = async (despite = 0): Promise<void> => {
    if (held > despite) return;
    let count = 0;
    let size = 0;
    const keys = waiting().filter(
      (key) => !underWay.has(key) && count++ < most && (size += read(key).length) <= REQUEST,
    );
    const [oldest] = keys;
    if (!oldest) return;
    keys.forEach((key) => underWay.add(key));
    try {
      const response = await fetch(url, {
        method: 'POST',
        // As text: the browser asks no leave for it beforehand.
        body: `[${keys.map(read).join()}]`,
        keepalive: true,
        credentials: 'omit',
        signal: AbortSignal.timeout?.(30_000),
      });
      // Whoever else may answer in the server's place has no outcomes, and does not repeat its status here.
      const answer = (await response.json().catch(() => ({}))) as Answer;
      answer.outcomes?.forEach((outcome) => {
        const key = keys[outcome.index] as string;
        if (outcome.status === 'rejected') reject(key, outcome);
        if (outcome.status === 'stored') forget(key);
      });
      if (!answer.outcomes && [400, 413].includes(answer.statusCode as number)) {
        // Something in it cannot even be read. Halves of it find out what, so that the others go on.
        most = keys.length >> 1;
        if (!most) {
          reject(oldest, answer);
          most = MOST;
        }
      } else if (keys.some(read)) {
        hold(2, +(response.headers.get('retry-after') as string) || 0);
      } else {
        most = MOST;
        failures = 0;
        if (dropped) lost(dropped);
        dropped = 0;
      }
    } catch {
      hold(1);
    }
    keys.forEach((key) => underWay.delete(key));
    await send();
  };
  /** Sends what waits since a while, whichever page left it: one tab at a time, so that the next one finds nothing. */
  const resume = () => {
    // What another tab removed takes a moment to be gone here.
    const all = () => new Promise((done) => setTimeout(done, 99)).then(() => send());
    // A page without https has no locks, and a frame without an origin may not ask for one.
    if (waiting()[0]) void (navigator.locks?.request(prefix, all).catch(all) ?? all());
  };
  const wake = () => {
    if (held < 2) held = 0;
    resume();
  };
  addEventListener('online', wake);
  // What a page before this one left mostly goes with the first events of this one.
  setTimeout(resume, 1_000);

  return {
    wake,
    put(event) {
      const key = prefix + event.eventId;
      const text = JSON.stringify(event);
      if (text.length > REQUEST) return warn('dropped:', 'too long', event);
      try {
        store[key] = text;
      } catch {
        memory[key] = text;
      }
      let room = ROOM;
      waiting()
        .reverse()
        .forEach((old, index) => {
          room -= read(old).length;
          if (index < MOST && room >= 0) return;
          forget(old);
          dropped++;
        });
      // Events of one moment travel together.
      setTimeout(() => void send());
    },
    leave() {
      void send(1);
    },
  };
}
