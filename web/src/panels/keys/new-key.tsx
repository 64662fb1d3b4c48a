import { useEffect, useRef } from 'react';
import { CopyButton } from '../../ui/copy-button.js';

export interface MadeKey {
  readonly secret: string;
  readonly name: string;
  readonly kind: 'PUBLIC' | 'SECRET';
}

/** A key, shown this once. */
export function NewKey({ made, onDone }: { made: MadeKey; onDone: () => void }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    box.current?.focus();
    box.current?.scrollIntoView({ block: 'nearest' });
  }, [made]);
  return (
    <div ref={box} className="once" role="group" aria-label={`Key ${made.name}`} tabIndex={-1}>
      <p>
        <strong>Copy the key now.</strong> It is not shown again.{' '}
        {made.kind === 'SECRET'
          ? 'It belongs on a server: never into a page, an app or an address.'
          : 'It may stand in your pages: it can send events and nothing else.'}
      </p>
      <div className="copy-line">
        <code data-secret>{made.secret}</code>
        <CopyButton text={made.secret} what="the key" />
      </div>
      <div className="form-end">
        <button type="button" className="button" onClick={onDone}>
          I have kept it
        </button>
      </div>
    </div>
  );
}
