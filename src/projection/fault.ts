export type FaultReason =
  | 'project_failed'
  | 'value_missing'
  | 'value_invalid'
  | 'value_out_of_range'
  | 'text_not_storable'
  | 'text_too_long'
  | 'held_back';

/** This event cannot be projected and never will be by this code: it becomes a dead letter with this reason. */
export class ProjectionFault extends Error {
  override readonly name = 'ProjectionFault';

  constructor(
    readonly reason: FaultReason,
    readonly detail: string,
  ) {
    super(`${reason}: ${detail}`);
  }
}
