import { createContext, useContext } from 'react';
import { reasonOf } from '../../apollo/reason.js';

/** An order that was accepted here: the job that carries it out, and what it does, as a sentence without its full stop. */
export interface Order {
  readonly job: number;
  readonly what: string;
}

export const OrdersContext = createContext<(order: Order) => void>(() => undefined);

/**
 * How panels give orders: `give` asks the API, has the job shown on the page until it has ended, and rejects with the
 * API's own words where it refuses.
 */
export function useOrders() {
  const ordered = useContext(OrdersContext);
  return async (what: string, ask: () => Promise<number | undefined>): Promise<void> => {
    let job: number | undefined;
    try {
      job = await ask();
    } catch (error) {
      throw new Error(reasonOf(error), { cause: error });
    }
    if (job === undefined) throw new Error('The API took the order and named no job.');
    ordered({ job, what });
  };
}
