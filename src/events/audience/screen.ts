export type ScreenClass = '' | 'mobile' | 'tablet' | 'laptop' | 'desktop';

/** By the width, in CSS pixels, of `width`x`height`: below 576, below 992, below 1440, and the others. */
export function screenClassOf(screen: string | undefined): ScreenClass {
  const width = screen === undefined ? 0 : Number.parseInt(screen, 10);
  if (!(width > 0)) return '';
  if (width < 576) return 'mobile';
  if (width < 992) return 'tablet';
  return width < 1440 ? 'laptop' : 'desktop';
}
