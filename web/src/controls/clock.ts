import { useEffect, useState } from 'react';
import { dayIn } from './range.js';

const MINUTE = 60_000;

/** Today's day in the zone; changes by itself at midnight there, also after the machine slept through it. */
export function useToday(timeZone: string): string {
  const [now, setNow] = useState(() => Date.now());
  const today = dayIn(now, timeZone);
  useEffect(() => {
    const look = () => {
      clearTimeout(timer);
      // In every zone days begin with a minute. A state that stays the same day costs no more than this.
      timer = setTimeout(look, MINUTE - (Date.now() % MINUTE) + 500);
      setNow((before) => (dayIn(Date.now(), timeZone) === dayIn(before, timeZone) ? before : Date.now()));
    };
    let timer = setTimeout(look, MINUTE - (Date.now() % MINUTE) + 500);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, [timeZone]);
  return today;
}

/** The present moment (ms since 1970), at most a minute old. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 60_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
