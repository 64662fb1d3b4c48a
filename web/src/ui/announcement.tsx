import { useEffect, useRef, useState } from 'react';

/** Screen readers hear the text at most this often, however fast it moves. */
const ANNOUNCE_EVERY_MS = 15_000;

/** Says the newest text once per interval, and nothing for the first one, which is read in place. */
export function Announcement({ text }: { text: string }) {
  const [said, setSaid] = useState('');
  const newest = useRef(text);
  const first = useRef<string>(undefined);
  useEffect(() => {
    newest.current = text;
    if (text !== '') first.current ??= text;
  }, [text]);
  useEffect(() => {
    const timer = setInterval(() => {
      if (newest.current !== first.current) setSaid(newest.current);
    }, ANNOUNCE_EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <span className="visually-hidden" aria-live="polite">
      {said}
    </span>
  );
}
