import { useEffect, useRef } from 'react';
import { CopyButton } from '../../ui/copy-button.js';

/** Shown once, right after they were made. */
export function RecoveryCodes({ codes, onDone }: { codes: readonly string[]; onDone: () => void }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus(), []);
  return (
    <div ref={box} className="card-part once" role="group" aria-label="Recovery codes" tabIndex={-1}>
      <p>
        <strong>Keep these recovery codes.</strong> Each lets you in once, without the app. They are not shown
        again.
      </p>
      <ul className="codes">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div className="form-end">
        <CopyButton text={codes.join('\n')} what="the recovery codes" />
        <button type="button" className="button primary" onClick={onDone}>
          I have kept them
        </button>
      </div>
    </div>
  );
}
