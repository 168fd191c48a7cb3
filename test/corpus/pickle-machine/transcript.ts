import type { PickleEvent, PickleProgram, PickleValue } from '#formats';

const NODE_BUDGET = 400;
const MAX_DEPTH = 40;
const SHOWN = 40;

/** What a reader would record of a program, line by line as recorder.py writes it. */
export interface Transcript {
  readonly consumed: number; // -1 when it stops with an error
  readonly lines: readonly string[];
  /** It did something whose outcome hangs on the machine's memory, or on values that nobody knows without running code. */
  readonly isUncertain: boolean;
}

/** C from bytes, C from a file, pickle.py: as in recorder.py. */
export const READERS = ['c', 'stream', 'python'] as const;

/**
 * @param program read as a stream for the second reader
 * @param readerName whose record it is: the program goes on where one of them stops
 */
export function toTranscript(program: PickleProgram, readerName: (typeof READERS)[number]): Transcript {
  const reader = readerName === 'python' ? 'python' : 'c';
  const rejection = program.anomalies.find((anomaly) => anomaly.rejectedBy?.includes(reader));
  const isRejected = rejection !== undefined || program.end !== 'stop';
  const until = rejection?.offset ?? Number.POSITIVE_INFINITY;
  const show = new Show(program.events);
  const lines: string[] = [];
  const extensions = new Set<string>();
  let isUncertain = program.anomalies.some(({ code }) => code === 'memo-index');
  for (const event of program.events) {
    if (event.offset >= until) break;
    isUncertain ||= hangsOnValues(event);
    for (const line of toLines(event, reader, show, extensions)) lines.push(line);
  }
  const endOffset = readerName === 'c' ? program.endOffset : (program.frameEndOffset ?? program.endOffset);
  return { consumed: isRejected ? -1 : endOffset, lines, isUncertain };
}

/** FNV-1a over the lines, as recorder.py computes it. */
export function digest(lines: readonly string[]): number {
  let state = 0x811c9dc5;
  for (const byte of Buffer.from(lines.join('\n'))) state = Math.imul(state ^ byte, 0x01000193) >>> 0;
  return state;
}

function hangsOnValues(event: PickleEvent): boolean {
  if (event.kind === 'buffer') return true;
  if (event.kind === 'call') {
    const isOpen =
      event.argsValue !== undefined && event.argsValue.kind !== 'str' && event.argsValue.kind !== 'bytes';
    const keys = event.kwargs?.kind === 'dict' ? event.kwargs.entries.map(([key]) => key) : undefined;
    const isOpenKey =
      event.kwargs !== undefined && (keys === undefined || keys.some((key) => key.kind !== 'str'));
    return isOpen || isOpenKey || isOpaque(event.callee);
  }
  if (event.kind === 'import') {
    const code = extensionCode(event);
    return code === undefined ? event.module.kind !== 'str' || event.name.kind !== 'str' : code > 0xffff;
  }
  if (event.kind === 'fill')
    return !isStandIn(event.target) || event.items.some((item) => item.kind === 'unknown');
  return event.kind === 'build' && isOpaque(event.target);
}

/** An out-of-band buffer, which the recorder gives as a bytearray: it can be neither called nor built. */
function isOpaque(value: PickleValue): boolean {
  return value.kind === 'unknown';
}

function isStandIn(value: PickleValue): boolean {
  return ['global', 'result', 'persistent', 'extension'].includes(value.kind);
}

function extensionCode(event: Extract<PickleEvent, { kind: 'import' }>): number | undefined {
  const why = event.opcode.startsWith('EXT') && event.module.kind === 'unknown' ? event.module.why : '';
  const code = /extension (\d+)$/.exec(why)?.[1];
  return code === undefined ? undefined : Number(code);
}

function toLines(
  event: PickleEvent,
  reader: 'c' | 'python',
  show: Show,
  extensions: Set<string>,
): readonly string[] {
  switch (event.kind) {
    case 'import': {
      const code = extensionCode(event);
      if (code !== undefined) {
        const line = `import "copyreg" "${code}"`;
        if (extensions.has(line)) return [];
        extensions.add(line);
        return [line];
      }
      const { module, name, dots, written } = event;
      if (module.kind !== 'str' || name.kind !== 'str') return [];
      // The recorder hears of a name before the C unpickler maps it, and after pickle.py did.
      const names =
        reader === 'c' && written !== undefined ? written : { module: module.value, name: name.value };
      const mode = reader === 'python' && dots !== undefined ? ` ${dots}` : '';
      return [`import ${quote(names.module)} ${quote(names.name)}${mode}`];
    }
    case 'call': {
      const budget = { left: NODE_BUDGET };
      const args: PickleValue = { kind: 'tuple', items: spread(event) };
      const text = `call ${show.value(event.callee, budget, reader)} ${show.value(args, budget, reader)}`;
      const { kwargs } = event;
      const hasKwargs = kwargs?.kind === 'dict' && kwargs.entries.length > 0;
      return [hasKwargs ? `${text} ${show.value(kwargs, budget, reader)}` : text];
    }
    case 'build':
      return [show.line('build', [event.target, event.state], reader)];
    case 'persistent-load':
      return [show.line('persistent', [event.id], reader)];
    case 'fill':
      return fillLines(event, reader, show);
    case 'buffer':
      return [];
  }
}

function fillLines(
  event: Extract<PickleEvent, { kind: 'fill' }>,
  reader: 'c' | 'python',
  show: Show,
): string[] {
  const { target, items, opcode } = event;
  if (!isStandIn(target) || (reader === 'c' && items.length === 0)) return [];
  if (opcode === 'APPEND' || opcode === 'APPENDS') {
    return [show.line('fill', [target, { kind: 'list', items }], reader)];
  }
  if (opcode === 'ADDITEMS') return items.map((item) => show.line('add', [target, item], reader));
  const lines: string[] = [];
  for (let i = 0; i + 1 < items.length; i += 2) {
    const [key, value] = [items[i], items[i + 1]];
    if (key !== undefined && value !== undefined) lines.push(show.line('set', [target, key, value], reader));
  }
  return lines;
}

function spread(event: Extract<PickleEvent, { kind: 'call' }>): readonly PickleValue[] {
  const { args, argsValue } = event;
  if (argsValue?.kind === 'str') {
    return [...argsValue.value].map((value) => ({ kind: 'str', value, lengthBytes: 1 }));
  }
  if (argsValue?.kind === 'bytes') {
    return [...argsValue.value].map((byte) => ({ kind: 'int', value: BigInt(byte) }));
  }
  return args;
}

interface Budget {
  left: number;
}

/** Renders values as recorder.py does. */
class Show {
  readonly #ordinals = new Map<number, number>(); // of calls, by event
  readonly #written = new Map<number, { readonly module: string; readonly name: string }>();

  constructor(events: readonly PickleEvent[]) {
    let calls = 0;
    for (const [index, event] of events.entries()) {
      if (event.kind === 'call') this.#ordinals.set(index, calls++);
      if (event.kind === 'import' && event.written !== undefined) this.#written.set(index, event.written);
    }
  }

  line(kind: string, values: readonly PickleValue[], reader: 'c' | 'python'): string {
    const budget = { left: NODE_BUDGET };
    return [kind, ...values.map((value) => this.value(value, budget, reader))].join(' ');
  }

  value(value: PickleValue, budget: Budget, reader: 'c' | 'python', depth = 0): string {
    budget.left -= 1;
    if (budget.left < 0 || depth > MAX_DEPTH) return '~';
    const inner = (item: PickleValue) => this.value(item, budget, reader, depth + 1);
    switch (value.kind) {
      case 'none':
        return 'None';
      case 'bool':
        return value.value ? 'True' : 'False';
      case 'int':
        return value.value < 0n ? `-0x${(-value.value).toString(16)}` : `0x${value.value.toString(16)}`;
      case 'float':
        return Number.isNaN(value.value) ? 'nan' : `f${toHex(value.value)}`;
      case 'str':
        return quote(value.value);
      case 'bytes': {
        const raw = Buffer.from(value.value.subarray(0, SHOWN)).toString('hex');
        const mark = value.mutable ? 'ba' : 'b';
        return `${mark}${raw}${value.lengthBytes > SHOWN ? `+${value.lengthBytes}` : ''}`;
      }
      case 'tuple':
        return `(${value.items.map(inner).join(',')})`;
      case 'list':
        return `[${value.items.map(inner).join(',')}]`;
      case 'dict':
        return `{${lastEntries(value.entries)
          .map(([key, item]) => `${inner(key)}:${inner(item)}`)
          .join(',')}}`;
      case 'set':
      case 'frozenset': {
        const unique = new Map<unknown, PickleValue>();
        for (const item of [...value.items].reverse()) unique.set(keyOf(item), item);
        const items = [...unique.values()].map((item) =>
          this.value(item, { left: NODE_BUDGET }, reader, depth + 1),
        );
        return `${value.kind === 'set' ? 's' : 'fs'}{${items.sort().join(',')}}`;
      }
      case 'global': {
        const names = reader === 'c' ? (this.#written.get(value.event) ?? value) : value;
        return `<${quote(names.module)} ${quote(names.name)}>`;
      }
      case 'result':
        return `@${this.#ordinals.get(value.event)}`;
      case 'persistent':
        return `P(${inner(value.id)})`;
      case 'extension':
        return `<"copyreg" "${value.code}">`;
      case 'unknown':
        return '?';
    }
  }
}

/** Of equal keys Python keeps the first key and the last value. */
function lastEntries(
  entries: readonly (readonly [PickleValue, PickleValue])[],
): [PickleValue, PickleValue][] {
  const kept = new Map<unknown, [PickleValue, PickleValue]>();
  for (const [key, value] of entries) {
    const found = kept.get(keyOf(key));
    if (found === undefined) kept.set(keyOf(key), [key, value]);
    else found[1] = value;
  }
  return [...kept.values()];
}

/** Equal for what Python holds equal: numbers by value, text and bytes by content, tuples by items, others by identity. */
function keyOf(value: PickleValue): unknown {
  switch (value.kind) {
    case 'none':
      return 'none';
    case 'bool':
      return `n${Number(value.value)}`;
    case 'int':
      return `n${value.value}`;
    case 'float':
      if (Number.isNaN(value.value)) return value;
      return `n${Number.isInteger(value.value) ? BigInt(value.value) : value.value}`;
    case 'str':
      return `s${value.value}`;
    case 'bytes':
      return `b${Buffer.from(value.value).toString('hex')}`;
    case 'tuple': {
      const keys = value.items.map(keyOf);
      return keys.every((key) => typeof key === 'string')
        ? `(${keys.map((key) => JSON.stringify(key))})`
        : value;
    }
    case 'frozenset': {
      const keys = [...new Set(value.items.map(keyOf))];
      return keys.every((key) => typeof key === 'string')
        ? `{${keys.sort().map((key) => JSON.stringify(key))}}`
        : value;
    }
    default:
      return value;
  }
}

function quote(text: string): string {
  const shown = text
    .slice(0, SHOWN)
    .replace(/[^\x20-\x7e]|["\\]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `"${shown}"${text.length > SHOWN ? `+${text.length}` : ''}`;
}

function toHex(value: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes.toString('hex');
}
