import { Message } from '../ui/message.js';

/** Stands where a page would be, before it is known which sites there are. */
export function ApiAway({ onRetry }: { onRetry: () => void }) {
  return (
    <Message
      kind="error"
      title="The Tidemark API does not answer"
      action={{ label: 'Try again', run: onRetry, icon: 'retry' }}
    >
      <p>Is the server running? This page tries again by itself and opens as soon as the API is back.</p>
    </Message>
  );
}
