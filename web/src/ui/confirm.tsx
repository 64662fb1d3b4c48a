import { useEffect, useId, useRef, useState, type FormEvent, type ReactNode } from 'react';
import { valuesOf, type Values } from './form.js';

interface Props {
  /** The question. */
  readonly title: string;
  /** What will happen, and whatever has to be filled in: fields with names, which forget what was typed when it closes. */
  readonly children: ReactNode;
  /** The answer that lets it happen: a verb. */
  readonly confirm: string;
  /** Rejects with an Error whose message is for the reader; the dialog then stays open and shows it. */
  readonly run: (values: Values) => Promise<unknown>;
  readonly onClose: () => void;
}

/**
 * Asks before something is done, and shows why it was not done. Escape and Cancel close it, but not while the answer is
 * awaited: what came of it would be told to nobody. The focus goes back.
 */
export function Confirm({ title, children, confirm, run, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [pending, setPending] = useState(false);
  const [fault, setFault] = useState<string>();
  const id = useId();

  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);

  const go = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (pending) return;
    const values = valuesOf(event.currentTarget);
    setPending(true);
    setFault(undefined);
    try {
      await run(values);
      dialog.current?.close();
    } catch (error) {
      setFault(error instanceof Error ? error.message : String(error));
      setPending(false);
    }
  };
  return (
    <dialog
      ref={dialog}
      className="confirm"
      aria-labelledby={id}
      aria-busy={pending}
      // A second Escape cannot be refused by `onCancel`; browsers that know `closedby` do not even ask.
      closedby={pending ? 'none' : 'closerequest'}
      onCancel={(event) => {
        if (pending) event.preventDefault();
      }}
      onClose={onClose}
    >
      <form onSubmit={(event) => void go(event)}>
        <h2 id={id}>{title}</h2>
        <div className="confirm-body">{children}</div>
        {fault !== undefined && (
          <p className="fault" role="alert">
            {fault}
          </p>
        )}
        <div className="confirm-buttons">
          <button type="button" className="button" disabled={pending} onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button type="submit" className="button primary" disabled={pending}>
            {pending ? 'One moment…' : confirm}
          </button>
        </div>
      </form>
    </dialog>
  );
}
