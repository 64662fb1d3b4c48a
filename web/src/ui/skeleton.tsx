/** A grey place-holder of the given size (CSS lengths); the text it stands for is announced by the region's aria-busy. */
export function Skeleton({ width = '100%', height = '1em' }: { width?: string; height?: string }) {
  return <span className="skeleton" style={{ width, height }} aria-hidden="true" />;
}
