import { quote } from '#kernel';
import type { Anomaly } from '../anomaly.ts';
import { FormatError } from '../format-error.ts';
import type { JsonReader } from './json-reader.ts';

/**
 * Names held at once to find doubles, over all open objects. A vocabulary has some hundred thousand in one
 * object; a few times that still fits into a parser's memory.
 */
const MAX_HELD_KEYS = 1_000_000;
const MAX_HELD_BYTES = 64 * 1024 * 1024;
/** Of each kind what is listed; more of the same tells nobody more. */
const MAX_ANOMALIES = 50;

/** Finds names that occur twice in one object: readers differ in which of the values they keep. */
export class KeyWatch {
  readonly anomalies: Anomaly[] = [];
  readonly #reader: () => JsonReader;
  readonly #open: { readonly keys: Set<string>; bytes: number }[] = [];
  #heldKeys = 0;
  #heldBytes = 0;

  constructor(reader: () => JsonReader) {
    this.#reader = reader;
  }

  startObject(): void {
    this.#open.push({ keys: new Set(), bytes: 0 });
  }

  /** @throws {FormatError} `limit-exceeded` past what can be held */
  key(name: string): void {
    const object = this.#open.at(-1);
    if (object === undefined) return;
    if (object.keys.has(name)) {
      this.note('duplicate-key', `${quote(name, 80)} occurs twice in one object`);
      return;
    }
    object.keys.add(name);
    object.bytes += name.length;
    this.#heldKeys++;
    this.#heldBytes += name.length;
    if (this.#heldKeys > MAX_HELD_KEYS || this.#heldBytes > MAX_HELD_BYTES) {
      throw new FormatError(
        'limit-exceeded',
        this.#reader().offset,
        `${this.#heldKeys} names in open objects`,
      );
    }
  }

  endObject(): void {
    const object = this.#open.pop();
    this.#heldKeys -= object?.keys.size ?? 0;
    this.#heldBytes -= object?.bytes ?? 0;
  }

  note(code: string, detail: string): void {
    if (this.anomalies.length < MAX_ANOMALIES) {
      this.anomalies.push({ code, detail, offset: this.#reader().offset });
    } else if (this.anomalies.length === MAX_ANOMALIES) {
      this.anomalies.push({ code: 'many-anomalies', detail: 'more of them are not listed' });
    }
  }
}
