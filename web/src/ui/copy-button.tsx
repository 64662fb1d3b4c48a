import { useEffect, useState } from 'react';
import { Icon } from './icon.js';

/** Copies `text`; where the browser forbids that (plain http on another machine) it says so. */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const [state, setState] = useState<'idle' | 'copied' | 'refused'>('idle');
  useEffect(() => {
    if (state === 'idle') return;
    const timer = setTimeout(() => setState('idle'), 2500);
    return () => clearTimeout(timer);
  }, [state]);

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setState('copied');
    } catch {
      setState('refused');
    }
  };
  const label = { idle: 'Copy', copied: 'Copied', refused: 'Select and copy by hand' }[state];
  return (
    <button type="button" className="button quiet" onClick={() => void copy()}>
      <Icon name={state === 'copied' ? 'check' : 'copy'} />
      <span aria-live="polite">{label}</span>
      <span className="visually-hidden">{what}</span>
    </button>
  );
}
