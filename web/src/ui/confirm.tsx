import { useEffect, useId, useRef, useState, type ReactNode } from 'react';

interface Props {
  /** The question. */
  readonly title: string;
  /** What will happen, and whatever has to be filled in. */
  readonly children: ReactNode;
  /** The answer that lets it happen: a verb. */
  readonly confirm: string;
  /** Rejects with an Error whose message is for the reader; the dialog then stays open and shows it. */
  readonly run: () => Promise<unknown>;
  readonly onClose: () => void;
}

/** Asks before something is done, and shows why it was not done. Escape and Cancel close it; the focus goes back. */
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

  const go = async () => {
    setPending(true);
    setFault(undefined);
    try {
      await run();
      dialog.current?.close();
    } catch (error) {
      setFault(error instanceof Error ? error.message : String(error));
      setPending(false);
    }
  };
  return (
    <dialog ref={dialog} className="confirm" aria-labelledby={id} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void go();
        }}
      >
        <h2 id={id}>{title}</h2>
        <div className="confirm-body">{children}</div>
        {fault !== undefined && (
          <p className="fault" role="alert">
            {fault}
          </p>
        )}
        <div className="confirm-buttons">
          <button type="button" className="button" onClick={() => dialog.current?.close()}>
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
