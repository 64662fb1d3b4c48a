import { Once } from '../../ui/once.js';

/** Shown once, right after they were made. */
export function RecoveryCodes({ codes, onDone }: { codes: readonly string[]; onDone: () => void }) {
  return (
    <Once label="Recovery codes" shown={codes} what="the recovery codes" onDone={onDone}>
      <strong>Keep these recovery codes.</strong> Each lets you in once, without the app. They are not shown
      again.
    </Once>
  );
}
