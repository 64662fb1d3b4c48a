import { Once } from '../../ui/once.js';

export interface MadeKey {
  readonly id: string;
  readonly secret: string;
  readonly name: string;
  readonly kind: 'PUBLIC' | 'SECRET';
}

/** A key, shown this once. */
export function NewKey({ made, onDone }: { made: MadeKey; onDone: () => void }) {
  return (
    <Once label={`Key ${made.name}`} shown={made.secret} what="the key" onDone={onDone}>
      <strong>Copy the key now.</strong> It is not shown again.{' '}
      {made.kind === 'SECRET'
        ? 'It belongs on a server: never into a page, an app or an address.'
        : 'It may stand in your pages: it can send events and nothing else.'}
    </Once>
  );
}
