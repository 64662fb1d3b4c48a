import { useEffect, useRef, useState } from 'react';
import { Icon } from '../ui/icon.js';

const TYPING_PAUSE_MS = 250;

interface Props {
  /** For those who do not see the placeholder. */
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  /** Characters. */
  readonly longest: number;
  readonly onChange: (text: string) => void;
}

/** A filter that reports what was typed once the typing pauses, and follows the address on back and forward. */
export function TextFilter({ label, placeholder, value, longest, onChange }: Props) {
  const [text, setText] = useState(value);
  const [shown, setShown] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  if (value !== shown) {
    setShown(value);
    setText(value);
  }
  // What is chosen elsewhere while the typing pauses is not to be undone.
  const newest = useRef(onChange);
  useEffect(() => {
    newest.current = onChange;
  });
  useEffect(() => () => clearTimeout(timer.current), []);

  const type = (next: string) => {
    setText(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => newest.current(next), next === '' ? 0 : TYPING_PAUSE_MS);
  };
  return (
    <label className="text-filter">
      <span className="visually-hidden">{label}</span>
      <Icon name="search" />
      <input
        type="search"
        value={text}
        placeholder={placeholder}
        spellCheck={false}
        autoCapitalize="none"
        autoComplete="off"
        maxLength={longest}
        onChange={(event) => type(event.target.value)}
      />
    </label>
  );
}
