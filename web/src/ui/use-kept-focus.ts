import { useEffect, type RefObject } from 'react';

/**
 * A button that has done its work may go, and with it the keyboard's place on the page. The focus then moves to the nearest
 * part around it that is still there, so that the next Tab goes on from there.
 */
export function useKeptFocus(within: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const root = within.current;
    if (!root) return;
    let focused: Element | undefined;
    let around: HTMLElement[] = [];
    const note = ({ target }: FocusEvent) => {
      focused = target instanceof Element && root.contains(target) ? target : undefined;
      around = focused ? sectionsOf(focused) : [];
    };
    const observer = new MutationObserver(() => {
      if (!focused || focused.isConnected) return;
      focused = undefined;
      if (document.activeElement !== document.body) return;
      const place = around.find((section) => section.isConnected) ?? document.getElementById('main');
      if (place && !place.hasAttribute('tabindex')) place.tabIndex = -1;
      place?.focus({ preventScroll: true });
    });
    document.addEventListener('focusin', note);
    observer.observe(root, { childList: true, subtree: true });
    return () => {
      document.removeEventListener('focusin', note);
      observer.disconnect();
    };
  }, [within]);
}

function sectionsOf(element: Element): HTMLElement[] {
  const found: HTMLElement[] = [];
  let section = element.closest('section');
  while (section) {
    found.push(section);
    section = section.parentElement?.closest('section') ?? null;
  }
  return found;
}
