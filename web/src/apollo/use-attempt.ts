import { useState } from 'react';
import { Refused } from './ask.js';

const NONE: { readonly message?: string; readonly faults: Readonly<Record<string, string>> } = { faults: {} };

/** Tries what may be refused. What was said of it, as a whole and of single fields, stays until the next try. */
export function useAttempt() {
  const [{ message, faults }, setFault] = useState(NONE);
  const [busy, setBusy] = useState(false);
  /** @returns whether it was done */
  const attempt = async (run: () => Promise<unknown>): Promise<boolean> => {
    setFault(NONE);
    setBusy(true);
    try {
      await run();
      return true;
    } catch (error) {
      setFault(
        error instanceof Refused
          ? error
          : { message: error instanceof Error ? error.message : String(error), faults: {} },
      );
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { fault: message, faults, busy, attempt, forget: () => setFault(NONE) };
}
