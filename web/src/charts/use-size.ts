import { useLayoutEffect, useRef, useState, type RefObject } from 'react';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The size of an element in CSS pixels; undefined before its first layout. */
export function useSize(): [RefObject<HTMLDivElement | null>, Size | undefined] {
  const element = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState<Size>();
  useLayoutEffect(() => {
    const { current } = element;
    if (current === null) return;
    const observer = new ResizeObserver(() =>
      setSize({ width: Math.floor(current.clientWidth), height: Math.floor(current.clientHeight) }),
    );
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  return [element, size];
}
