import { decodeCursor, encodeCursor, pairIn } from './cursor.js';

/** Where a page of a ranking ended, in the order (views descending, value ascending). */
export interface RankCursor {
  readonly views: number;
  readonly value: string;
}

export const encodeRankCursor = ({ views, value }: RankCursor): string => encodeCursor([views, value]);

export const decodeRankCursor = (after: string): RankCursor =>
  decodeCursor(after, (place) => {
    const [views, value] = pairIn(place) ?? [];
    if (!Number.isSafeInteger(views) || typeof value !== 'string' || value.includes('\0')) return undefined;
    return { views: views as number, value };
  });
