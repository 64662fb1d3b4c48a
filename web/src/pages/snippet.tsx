import type { ReactNode } from 'react';
import { CopyButton } from '../ui/copy-button.js';

interface Props {
  readonly title: string;
  readonly what: string;
  readonly code: string;
  readonly children?: ReactNode;
}

/** Code to be copied. */
export function Snippet({ title, what, code, children }: Props) {
  return (
    <div className="card snippet">
      <header className="card-header">
        <h2>{title}</h2>
        <CopyButton text={code} what={what} />
      </header>
      <pre tabIndex={0} aria-label={title}>
        <code>{code}</code>
      </pre>
      {children && <p className="snippet-note">{children}</p>}
    </div>
  );
}
