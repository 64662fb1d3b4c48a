import { useEffect, useRef, type ReactNode } from 'react';
import { CopyButton } from './copy-button.js';

interface Props {
  /** Of the box, for screen readers. */
  readonly label: string;
  /** What it is, and why it is to be kept. */
  readonly children: ReactNode;
  /** What is shown; several are a list. */
  readonly shown: string | readonly string[];
  /** As the button that copies it names it: "the key". */
  readonly what: string;
  /** Undefined: it goes when the page is left. */
  readonly onDone?: () => void;
  /** Whether it comes to a reader who has just asked for it. */
  readonly asked?: boolean;
  readonly className?: string;
}

/** What is shown this once. It takes the focus, so that it is read out, and the next Tab leads to its button. */
export function Once({ label, children, shown, what, onDone, asked = true, className }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const text = typeof shown === 'string' ? shown : shown.join('\n');
  useEffect(() => {
    if (!asked) return;
    const take = () => {
      box.current?.focus();
      box.current?.scrollIntoView({ block: 'nearest' });
    };
    // Nothing behind a question can have the focus before that is closed.
    const question = document.querySelector('dialog:modal');
    if (!question) return take();
    question.addEventListener('close', take, { once: true });
    return () => question.removeEventListener('close', take);
  }, [asked, text]);
  const copy = <CopyButton text={text} what={what} />;
  return (
    <div
      ref={box}
      className={['once', className].filter(Boolean).join(' ')}
      role="group"
      aria-label={label}
      tabIndex={-1}
    >
      <p>{children}</p>
      {typeof shown === 'string' ? (
        <div className="copy-line">
          <code data-secret>{shown}</code>
          {copy}
        </div>
      ) : (
        <ul className="codes">
          {shown.map((each) => (
            <li key={each}>
              <code>{each}</code>
            </li>
          ))}
        </ul>
      )}
      {onDone && (
        <div className="form-end">
          {typeof shown !== 'string' && copy}
          <button type="button" className="button" onClick={onDone}>
            I have kept {typeof shown === 'string' ? 'it' : 'them'}
          </button>
        </div>
      )}
    </div>
  );
}
