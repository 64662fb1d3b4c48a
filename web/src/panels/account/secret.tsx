import { encode } from 'uqr';
import { CopyButton } from '../../ui/copy-button.js';

/** What an authenticator app has to know: to be scanned, or to be typed. */
export function Secret({ uri }: { uri: string }) {
  const secret = new URL(uri).searchParams.get('secret') ?? '';
  const { data, size } = encode(uri, { ecc: 'M', border: 3 });
  // One path for all dark squares; light ground in both themes, because cameras want it so.
  const squares = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('');
  return (
    <div className="secret">
      <svg
        className="qr"
        viewBox={`0 0 ${size} ${size}`}
        shapeRendering="crispEdges"
        role="img"
        aria-label="QR code for your authenticator app"
      >
        <path d={`M0 0h${size}v${size}h-${size}z`} fill="#fff" />
        <path d={squares} fill="#000" />
      </svg>
      <div>
        <p className="note">Scan this with your authenticator app, or type the key into it:</p>
        <code className="secret-text">{inGroups(secret)}</code>
        <CopyButton text={secret} what="the key" />
      </div>
    </div>
  );
}

const inGroups = (text: string): string => text.replace(/(.{4})(?=.)/g, '$1 ');
