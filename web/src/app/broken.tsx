import { Message } from '../ui/message.js';

/** The last resort: the page itself failed. */
export function Broken() {
  return (
    <Message
      kind="error"
      title="This page has failed"
      action={{ label: 'Load it again', run: () => window.location.reload(), icon: 'retry' }}
    >
      <p>The fault is in the page, not in the figures. The browser’s console says more.</p>
    </Message>
  );
}
