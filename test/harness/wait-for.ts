/**
 * Polls until the condition holds (is neither false, null nor undefined) and returns its value. A condition that throws
 * counts as not yet; the last error is part of the message when the time is up.
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  o: { timeout?: number; interval?: number; message?: string | (() => string) } = {},
): Promise<Exclude<T, false | null | undefined>> {
  const timeout = o.timeout ?? 10_000;
  const until = Date.now() + timeout;
  let last: unknown;
  for (;;) {
    try {
      last = undefined;
      const value = await condition();
      if (value !== false && value !== null && value !== undefined)
        return value as Exclude<T, false | null | undefined>;
    } catch (error) {
      last = error;
    }
    if (Date.now() > until) {
      const what = typeof o.message === 'function' ? o.message() : (o.message ?? condition.toString());
      throw new Error(`Waited ${timeout} ms in vain for: ${what}`, { cause: last });
    }
    await new Promise((resolve) => setTimeout(resolve, o.interval ?? 20));
  }
}
