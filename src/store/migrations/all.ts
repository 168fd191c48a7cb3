import { initial } from './0001-initial.ts';

export interface Migration {
  readonly number: number;
  readonly name: string; // of its file
  readonly sql: string;
}

/** In order, without a gap. A released one is never edited: databases remember its digest. */
export const MIGRATIONS: readonly Migration[] = [{ number: 1, name: '0001-initial', sql: initial }];
