// Which rows of a long list are in view. Browsers end an element at about 33 million pixels, so longer lists are scaled.

/** Heights above this are not to be trusted in any engine. */
export const HEIGHT_PX_MAX = 16_000_000;

/** What a list is, and how far it is scrolled. */
export interface View {
  count: number;
  rowPx: number;
  viewPx: number;
  scrollPx: number;
  /** Rows drawn beyond both edges. */
  spare: number;
}

/** What is to be drawn. */
export interface Drawn {
  first: number;
  /** Behind the last. */
  end: number;
  /** Where the first row stands, relative to the upper edge of the view. */
  offsetPx: number;
  /** Height of all that can be scrolled. */
  heightPx: number;
}

/** The rows to be drawn. */
export function drawn({ count, rowPx, viewPx, scrollPx, spare }: View): Drawn {
  const realPx = count * rowPx;
  const heightPx = Math.min(realPx, HEIGHT_PX_MAX);
  const scrollMaxPx = Math.max(0, heightPx - viewPx);
  const realMaxPx = Math.max(0, realPx - viewPx);
  const scrolled = Math.min(Math.max(0, scrollPx), scrollMaxPx);
  const realScrollPx = scrollMaxPx === 0 ? 0 : scrolled * (realMaxPx / scrollMaxPx);
  const first = Math.max(0, Math.floor(realScrollPx / rowPx) - spare);
  const end = Math.min(count, Math.ceil((realScrollPx + viewPx) / rowPx) + spare);
  return { first, end, offsetPx: first * rowPx - realScrollPx, heightPx };
}

/** How far to scroll so that a row is in view; what it is now where it is already. */
export function scrollTo(index: number, view: View): number {
  const { count, rowPx, viewPx, scrollPx } = view;
  const realPx = count * rowPx;
  const heightPx = Math.min(realPx, HEIGHT_PX_MAX);
  const scrollMaxPx = Math.max(0, heightPx - viewPx);
  const realMaxPx = Math.max(0, realPx - viewPx);
  if (scrollMaxPx === 0) return 0;
  const scale = realMaxPx / scrollMaxPx;
  const topPx = index * rowPx;
  const nowPx = scrollPx * scale;
  if (topPx < nowPx) return topPx / scale;
  if (topPx + rowPx > nowPx + viewPx) return (topPx + rowPx - viewPx) / scale;
  return scrollPx;
}
