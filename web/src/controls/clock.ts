import { useEffect, useState } from 'react';
import { addDays, dayOf } from './range.js';

/** Today's day in UTC; changes by itself at midnight UTC, also after the machine slept through it. */
export function useToday(): string {
  const [today, setToday] = useState(() => dayOf(Date.now()));
  useEffect(() => {
    const look = () => setToday(dayOf(Date.now()));
    const timer = setTimeout(look, Date.parse(addDays(today, 1)) - Date.now() + 500);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, [today]);
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
