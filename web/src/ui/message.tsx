import type { ReactNode } from 'react';
import { Icon, type IconName } from './icon.js';

interface Props {
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: { readonly label: string; readonly run: () => void; readonly icon?: IconName };
}

/** A strip above content that stays usable. */
export function Notice({ title, children, action }: Props) {
  return (
    <div className="notice" role="status">
      <Icon name="warning" />
      <p>
        <strong>{title}</strong> {children}
      </p>
      {action && <ActionButton {...action} />}
    </div>
  );
}

/** Stands where content would be: nothing to show, or nothing to be had. */
export function Message(props: Props & { kind: 'empty' | 'error' }) {
  return (
    <section className="card message" role={props.kind === 'error' ? 'alert' : undefined}>
      {props.kind === 'error' ? <Icon name="warning" /> : <Waterline />}
      <h2>{props.title}</h2>
      {props.children}
      {props.action && <ActionButton {...props.action} />}
    </section>
  );
}

function ActionButton({ label, run, icon }: NonNullable<Props['action']>) {
  return (
    <button type="button" className="button" onClick={run}>
      {icon && <Icon name={icon} />}
      {label}
    </button>
  );
}

function Waterline() {
  return (
    <svg className="waterline" viewBox="0 0 120 40" width="120" height="40" aria-hidden="true">
      <g fill="none" stroke="currentColor" strokeLinecap="round" strokeWidth="2">
        <path d="M4 10h112" strokeDasharray="2 7" />
        <path d="M4 30c9.3 0 9.3-7 18.7-7S32 30 41.300 30s9.300-7 18.700-7 9.300 7 18.700 7 9.300-7 18.700-7 9.300 7 18.700 7" />
      </g>
    </svg>
  );
}
