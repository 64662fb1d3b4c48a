/** Why a request about accounts is refused, for whoever made it. */
export class AuthRefusal extends Error {
  override readonly name = 'AuthRefusal';

  constructor(
    readonly status: number,
    /** For programs: one word in capitals. */
    readonly code: string,
    message: string,
    /** Which field of the body it is about. */
    readonly field?: string,
  ) {
    super(message);
  }
}
