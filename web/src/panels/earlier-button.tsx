import type { Earlier } from './use-earlier.js';

/** Below a trail, as long as there is more of it. */
export function EarlierButton({ earlier }: { earlier: NonNullable<Earlier> }) {
  return (
    <div className="form-end">
      <button type="button" className="button quiet" onClick={earlier.show}>
        Show earlier ones
      </button>
      {earlier.fault !== undefined && (
        <p className="fault" role="alert">
          {earlier.fault}
        </p>
      )}
    </div>
  );
}
