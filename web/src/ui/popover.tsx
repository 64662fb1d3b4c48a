import { useEffect, useId, useRef, useState, type ReactNode } from 'react';

interface Props {
  readonly button: ReactNode;
  readonly buttonClass: string;
  readonly active: boolean;
  /** `close` also gives the focus back to the button. */
  readonly children: (close: () => void) => ReactNode;
}

/** A small panel below a button: closes on Escape, on a click elsewhere and when the focus leaves. */
export function Popover({ button, buttonClass, active, children }: Props) {
  // `chosen` is closed too, by a choice made inside: the focus then goes back to the button.
  const [state, setState] = useState<'closed' | 'open' | 'chosen'>('closed');
  const open = state === 'open';
  const anchor = useRef<HTMLDivElement>(null);
  const trigger = useRef<HTMLButtonElement>(null);
  const panel = useId();

  useEffect(() => {
    if (state === 'chosen') trigger.current?.focus();
    if (state !== 'open') return;
    const element = anchor.current;
    const leave = (event: Event) => {
      const target = event instanceof FocusEvent ? event.relatedTarget : event.target;
      if (target instanceof Node && !element?.contains(target)) setState('closed');
    };
    const escape = (event: KeyboardEvent) => {
      if (event.key === 'Escape') setState('chosen');
    };
    document.addEventListener('pointerdown', leave);
    document.addEventListener('keydown', escape);
    element?.addEventListener('focusout', leave);
    return () => {
      document.removeEventListener('pointerdown', leave);
      document.removeEventListener('keydown', escape);
      element?.removeEventListener('focusout', leave);
    };
  }, [state]);

  return (
    <div className="popover-anchor" ref={anchor}>
      <button
        type="button"
        className={buttonClass}
        ref={trigger}
        aria-expanded={open}
        aria-controls={panel}
        data-active={active}
        onClick={() => setState(open ? 'closed' : 'open')}
      >
        {button}
      </button>
      <div id={panel} className="popover" hidden={!open}>
        {open && children(() => setState('chosen'))}
      </div>
    </div>
  );
}
