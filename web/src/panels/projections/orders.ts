import { reasonOf } from '../../apollo/reason.js';

/**
 * Gives an order: asks the API, which makes it a job that the page's list then shows. Rejects with the API's own words
 * where it refuses.
 */
export async function give(ask: () => Promise<unknown>): Promise<void> {
  try {
    await ask();
  } catch (error) {
    throw new Error(reasonOf(error), { cause: error });
  }
}
