import {
  createContext,
  use,
  useEffect,
  useId,
  useRef,
  useState,
  type ComponentProps,
  type FormEvent,
  type ReactNode,
} from 'react';

/** Field -> what is wrong with it. */
export type Faults = Readonly<Record<string, string>>;
/** Field -> what was typed. */
export type Values = Readonly<Record<string, string>>;

/** What stands in the fields of a form. */
export const valuesOf = (form: HTMLFormElement): Values =>
  Object.fromEntries(
    [...new FormData(form)].map(([name, value]) => [name, typeof value === 'string' ? value : '']),
  );

/** Those of the given faults that are there. */
export const faultsOf = (all: Readonly<Record<string, string | undefined>>): Faults =>
  Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );

const NONE: Faults = {};
const FaultsContext = createContext<Faults>(NONE);

interface FormProps {
  readonly label: string;
  /** Of the button: a verb. */
  readonly submit: string;
  /** Rejects with an Error for the reader; its `faults`, if it has any, stand at their fields. */
  readonly run: (values: Values, form: HTMLFormElement) => Promise<void>;
  /** What can be told without asking. */
  readonly check?: (values: Values) => Faults;
  readonly className?: string;
  /** Beside the button. */
  readonly beside?: ReactNode;
  /** A button that is not the main thing to do on its page. */
  readonly plain?: boolean;
  readonly children?: ReactNode;
}

/**
 * A form whose fields keep what was typed when it is refused. The focus then goes to the first field at fault; a fault that
 * belongs to no field stands above the button.
 */
export function Form({ label, submit, run, check, className = 'form', beside, plain, children }: FormProps) {
  const form = useRef<HTMLFormElement>(null);
  const [busy, setBusy] = useState(false);
  const [{ message, faults }, setFault] = useState<{ message?: string; faults: Faults }>({ faults: NONE });

  useEffect(() => {
    if (faults !== NONE) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [faults]);

  const go = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (busy) return;
    const element = event.currentTarget;
    const values = valuesOf(element);
    const found = check?.(values) ?? {};
    if (Object.keys(found).length > 0) return setFault({ faults: found });
    setBusy(true);
    setFault({ faults: NONE });
    try {
      await run(values, element);
    } catch (error) {
      setFault(told(error, element));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      ref={form}
      className={className}
      aria-label={label}
      aria-busy={busy}
      noValidate
      onSubmit={(event) => void go(event)}
    >
      <FaultsContext value={faults}>{children}</FaultsContext>
      <p className="fault form-fault" role="alert">
        {message}
      </p>
      <div className="form-end">
        <button type="submit" className={plain ? 'button' : 'button primary'} disabled={busy}>
          {submit}
        </button>
        {beside}
      </div>
    </form>
  );
}

/** What stands at a field is not said twice; what belongs to no field of this form stands above its button. */
function told(error: unknown, form: HTMLFormElement): { message?: string; faults: Faults } {
  const message = error instanceof Error ? error.message : String(error);
  const all = error instanceof Error && 'faults' in error ? (error.faults as Faults) : {};
  const faults = Object.fromEntries(
    Object.entries(all).filter(([name]) => form.elements.namedItem(name) !== null),
  );
  return Object.keys(faults).length > 0 ? { faults } : { message, faults: NONE };
}

type FieldProps = Omit<ComponentProps<'input'>, 'name' | 'id'> & {
  readonly name: string;
  readonly label: string;
  readonly hint?: ReactNode;
  /** Beside the input. */
  readonly beside?: ReactNode;
};

/** A labelled input. The line below it holds the hint or the fault, so that nothing moves. */
export function Field({ name, label, hint, beside, ...input }: FieldProps) {
  const id = useId();
  const fault = use(FaultsContext)[name];
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className="field-line">
        <input
          spellCheck={false}
          {...input}
          id={id}
          name={name}
          aria-invalid={fault !== undefined}
          aria-describedby={`${id}-note`}
        />
        {beside}
      </div>
      <p id={`${id}-note`} className={fault === undefined ? 'note' : 'fault'}>
        {fault ?? hint}
      </p>
    </div>
  );
}

/** A labelled list to choose one of. */
export function Choice({
  name,
  label,
  hint,
  options,
  ...select
}: Omit<ComponentProps<'select'>, 'name' | 'id'> & {
  readonly name: string;
  readonly label: string;
  readonly hint?: ReactNode;
  readonly options: readonly { readonly value: string; readonly name: string }[];
}) {
  const id = useId();
  const fault = use(FaultsContext)[name];
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select
        {...select}
        id={id}
        name={name}
        aria-invalid={fault !== undefined}
        aria-describedby={`${id}-note`}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.name}
          </option>
        ))}
      </select>
      <p id={`${id}-note`} className={fault === undefined ? 'note' : 'fault'}>
        {fault ?? hint}
      </p>
    </div>
  );
}
