import type { Send } from './page.js';

const FILES =
  /\.(7z|apk|csv|dmg|docx?|epub|exe|t?gz|mov|mp[34]|msi|od[st]|pdf|pkg|pptx?|rar|tar|txt|xlsx?|zip)$/i;

/** Sends clicks on links that lead to another host or to a file, and forms that are submitted: never what is in them. */
export function watchLinks(send: Send): void {
  const clicked = (event: MouseEvent) => {
    // The path reaches into shadow trees.
    const link = (event.composedPath() as HTMLAnchorElement[]).find((node) => /^http/.test(node.protocol));
    // Of the buttons left and middle.
    if (!link || event.button > 1) return;
    const extension = FILES.exec(link.pathname)?.[1]?.toLowerCase();
    const download = extension || link.hasAttribute('download');
    if (!download && link.host === location.host) return;
    // Without its query, in which signatures and tokens travel.
    send('click', {
      href: link.origin + link.pathname,
      kind: download ? 'download' : 'outbound',
      extension,
    });
  };
  // From outside: a page that stops the event further in has been clicked all the same.
  addEventListener('click', clicked, true);
  addEventListener('auxclick', clicked, true);
  addEventListener(
    'submit',
    (event) => {
      // As attributes: a field that is called "action" hides the form's own.
      const [formId, formName, action] = ['id', 'name', 'action'].map(
        (name) => (event.target as HTMLFormElement).getAttribute(name)?.split(/[?#]/)[0],
      );
      send('form_submit', { formId, formName, action });
    },
    true,
  );
}
