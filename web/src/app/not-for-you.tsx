import { Message } from '../ui/message.js';

/** Stands where a page would be that the reader's role does not show. */
export function NotForYou({ what, ask }: { what: string; ask: string }) {
  return (
    <>
      <h1 className="visually-hidden">{what}</h1>
      <Message kind="empty" title={`${what} are not shown to your role`}>
        <p>Ask {ask}.</p>
      </Message>
    </>
  );
}
