import { STATUS_CODES } from 'node:http';

import { HttpException } from '@nestjs/common';

import type { RefusalCode } from '../refusal-codes.js';

/** The one shape of every HTTP error: one message per fault, naming the field and what is allowed. */
export interface ErrorBody {
  readonly statusCode: number;
  readonly message: readonly string[];
  readonly error: string;
}

export function errorBody(statusCode: number, message: readonly string[]): ErrorBody {
  return { statusCode, message, error: STATUS_CODES[statusCode] ?? 'Error' };
}

/** Nothing about the fault itself leaves the house. */
export const internalError = (requestId: string): string =>
  `internal error; the log has more under request ${requestId}`;

/**
 * A request refused before any event of it was looked at; `reason` is the metric's label. `siteId`: whose key it came with, where
 * that is known, so that its owner is shown it.
 */
export class RefusedRequest extends HttpException {
  constructor(
    status: number,
    readonly reason: RefusalCode,
    message: string,
    readonly siteId?: string,
  ) {
    super(errorBody(status, [message]), status);
    // HttpException would name the class where the body's message is a list.
    this.message = message;
  }
}
