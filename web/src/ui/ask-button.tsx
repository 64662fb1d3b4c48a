import { useState, type ReactNode } from 'react';
import { Confirm } from './confirm.js';
import type { Values } from './form.js';
import { Icon, type IconName } from './icon.js';

interface Props {
  readonly label: string;
  /** For screen readers, where the label alone does not say what it is about; begins with the label. */
  readonly about?: string;
  readonly icon?: IconName;
  readonly title: string;
  /** What will happen, and whatever has to be filled in. */
  readonly children: ReactNode;
  readonly confirm: string;
  readonly run: (values: Values) => Promise<unknown>;
}

/** A button that asks before it does anything. */
export function AskButton({ label, about, icon, ...question }: Props) {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <button type="button" className="button quiet" aria-label={about} onClick={() => setAsking(true)}>
        {icon && <Icon name={icon} />}
        {label}
      </button>
      {asking && <Confirm {...question} onClose={() => setAsking(false)} />}
    </>
  );
}
