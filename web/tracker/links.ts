import { safely, type Send } from './page.js';

const FILES =
  /\.(7z|apk|csv|dmg|(doc|ppt|xls)x?|epub|exe|t?gz|mov|mp[34]|msi|od[st]|pdf|pkg|rar|tar|txt|zip)$/;

/** Sends clicks on links that lead to another host or to a file, and forms that are submitted: never what is in them. */
export function watchLinks(send: Send): void {
  const clicked = safely((event: MouseEvent) => {
    // The path reaches into shadow trees, and ends at the window, where a page may have a "protocol" of its own.
    const link = (event.composedPath() as HTMLAnchorElement[]).find(
      (node) => /^http/.test(node.protocol) && node.tagName,
    );
    // Of the buttons left and middle.
    if (!link || event.button > 1) return;
    const extension = FILES.exec(link.pathname.toLowerCase())?.[1];
    const download = extension || link.hasAttribute('download');
    if (!download && link.host === location.host) return;
    // Without its query, in which signatures and tokens travel.
    send('click', {
      href: link.origin + link.pathname,
      kind: download ? 'download' : 'outbound',
      extension,
    });
  });
  // From outside: a page that stops the event further in has been clicked all the same.
  addEventListener('click', clicked, true);
  addEventListener('auxclick', clicked, true);
  addEventListener(
    'submit',
    safely(({ target }: Event) => {
      // As attributes: a field that is called "action" hides the form's own.
      const said = (name: string) => (target as Element).getAttribute(name)?.split(/[?#]/)[0];
      send('form_submit', { formId: said('id'), formName: said('name'), action: said('action') });
    }),
    true,
  );
}
