import { useRef, type ReactNode } from 'react';
import { useKeptFocus } from '../ui/use-kept-focus.js';
import '../styles/forms.css';
import '../styles/confirm.css';
import '../styles/own.css';

/** Title and note of a page about the people and what is theirs. */
export function PlainFrame({ title, note, children }: { title: string; note: string; children: ReactNode }) {
  const page = useRef<HTMLDivElement>(null);
  useKeptFocus(page);
  return (
    <div ref={page} className="own">
      <div className="page-title">
        <div>
          <h1>{title}</h1>
          <p className="note">{note}</p>
        </div>
      </div>
      {children}
    </div>
  );
}
