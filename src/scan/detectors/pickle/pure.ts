import { type Abstract, bytesOf, intOf, textOf, toBytes, toNumber, toText } from './abstract.ts';

/** Longer text is not worked out: names are short. */
const MAX_RESULT = 4096;

type Items = (value: Abstract | undefined) => readonly Abstract[] | undefined;

/**
 * What a pure function of strings, bytes and numbers gives, or nothing when that is not known. Only names and
 * payloads are worked out here: it can make a verdict worse, never better, so a gap does no harm.
 *
 * @param path as in `builtins.str.join`, the method of an object with the object as first argument
 * @param items looks into containers
 */
export function foldPure(path: string, args: readonly Abstract[], items: Items): Abstract | undefined {
  const fold = Object.hasOwn(PURE, path) ? PURE[path] : undefined;
  const folded = fold?.(args, items);
  if (folded === undefined) return undefined;
  const size = textOf(folded)?.length ?? bytesOf(folded)?.length ?? 0;
  return size > MAX_RESULT ? undefined : folded;
}

/** Whether a path is such a function, known arguments or not. */
export function isPure(path: string): boolean {
  return Object.hasOwn(PURE, path);
}

type Fold = (args: readonly Abstract[], items: Items) => Abstract | undefined;

const text = (work: (value: string) => string): Fold => {
  return ([value]) => {
    const known = textOf(value);
    return known === undefined ? undefined : toText(work(known));
  };
};

const decode: Fold = ([value, encoding]) => {
  const bytes =
    bytesOf(value) ?? (textOf(value) === undefined ? undefined : Buffer.from(textOf(value) ?? '', 'utf8'));
  if (bytes === undefined || bytes.length > MAX_RESULT) return undefined;
  const name = (textOf(encoding) ?? 'utf8').toLowerCase().replaceAll(/[-_]/g, '');
  switch (name) {
    case 'utf8':
    case 'ascii':
    case 'usascii':
      return toText(Buffer.from(bytes).toString('utf8'));
    case 'latin1':
    case 'iso88591':
    case 'l1':
      return toText(Buffer.from(bytes).toString('latin1'));
    case 'utf16':
    case 'utf16le':
      return toText(
        Buffer.from(bytes)
          .toString('utf16le')
          .replace(/^\ufeff/, ''),
      );
    case 'hex':
    case 'hexcodec':
      return toBytes(Buffer.from(Buffer.from(bytes).toString('latin1'), 'hex'));
    case 'base64':
    case 'base64codec':
      return toBytes(Buffer.from(Buffer.from(bytes).toString('latin1'), 'base64'));
    case 'rot13':
      return toText(rot13(Buffer.from(bytes).toString('utf8')));
    case 'unicodeescape':
    case 'rawunicodeescape':
      return toText(unescapeText(Buffer.from(bytes).toString('latin1')));
    default:
      return undefined;
  }
};

const encode: Fold = ([value, encoding]) => {
  const known = textOf(value);
  if (known === undefined) return undefined;
  const name = (textOf(encoding) ?? 'utf8').toLowerCase().replaceAll(/[-_]/g, '');
  if (name === 'rot13') return toText(rot13(known));
  if (name === 'hex' || name === 'base64')
    return decode([value ?? toText(''), toText(name)], () => undefined);
  return toBytes(Buffer.from(known, name === 'latin1' || name === 'iso88591' ? 'latin1' : 'utf8'));
};

const concat: Fold = ([left, right], items) => {
  const [a, b] = [textOf(left), textOf(right)];
  if (a !== undefined && b !== undefined) return toText(a + b);
  const [x, y] = [bytesOf(left), bytesOf(right)];
  if (x !== undefined && y !== undefined) return toBytes(Buffer.concat([x, y]));
  const [i, j] = [intOf(left), intOf(right)];
  if (i !== undefined && j !== undefined) return toNumber(i + j);
  const [one, other] = [items(left), items(right)];
  return one === undefined || other === undefined ? undefined : { kind: 'items', items: [...one, ...other] };
};

const join: Fold = ([separator, list], items) => {
  const between = textOf(separator);
  const parts = items(list)?.map(textOf);
  if (between !== undefined && parts?.every((part) => part !== undefined)) return toText(parts.join(between));
  const bytes = bytesOf(separator);
  const pieces = items(list)?.map(bytesOf);
  if (bytes === undefined || pieces === undefined) return undefined;
  const known = pieces.filter((piece) => piece !== undefined);
  if (known.length !== pieces.length) return undefined;
  return toBytes(Buffer.concat(known.flatMap((piece, at) => (at === 0 ? [piece] : [bytes, piece]))));
};

const replace: Fold = ([value, from, to]) => {
  const [whole, old, fresh] = [textOf(value), textOf(from), textOf(to)];
  if (
    whole === undefined ||
    old === undefined ||
    fresh === undefined ||
    whole.length * fresh.length > MAX_RESULT * 16
  ) {
    return undefined;
  }
  return toText(whole.replaceAll(old, () => fresh));
};

const format: Fold = ([value, ...args]) => {
  const template = textOf(value);
  if (template === undefined) return undefined;
  let next = 0;
  let isKnown = true;
  const filled = template.replace(/\{(\d*)\}/g, (_whole, index: string) => {
    const known = textOf(args[index === '' ? next++ : Number(index)]);
    if (known === undefined) isKnown = false;
    return known ?? '';
  });
  return isKnown && !/[{}]/.test(filled) ? toText(filled) : undefined;
};

const modulo: Fold = ([value, right], items) => {
  const template = textOf(value);
  if (template === undefined) return undefined;
  const args = items(right) ?? (right === undefined ? [] : [right]);
  let next = 0;
  let isKnown = true;
  const filled = template.replace(/%([sc%])/g, (_whole, kind: string) => {
    if (kind === '%') return '%';
    const argument = args[next++];
    const code = intOf(argument);
    const known =
      textOf(argument) ??
      (code !== undefined && code < 0x110000n && code >= 0n
        ? kind === 'c'
          ? String.fromCodePoint(Number(code))
          : String(code)
        : undefined);
    if (known === undefined) isKnown = false;
    return known ?? '';
  });
  return isKnown ? toText(filled) : undefined;
};

const getItem: Fold = ([owner, index], items) => {
  const at = intOf(index);
  if (at === undefined) return undefined;
  const whole = textOf(owner);
  if (whole !== undefined) {
    const character = Array.from(whole).at(Number(at));
    return character === undefined ? undefined : toText(character);
  }
  return items(owner)?.at(Number(at));
};

const reversed: Fold = ([value], items) => {
  const whole = textOf(value);
  if (whole !== undefined) return { kind: 'items', items: Array.from(whole).reverse().map(toText) };
  const list = items(value);
  return list === undefined ? undefined : { kind: 'items', items: [...list].reverse() };
};

const same: Fold = ([value], items) => {
  const whole = textOf(value);
  if (whole !== undefined && whole.length <= MAX_RESULT)
    return { kind: 'items', items: Array.from(whole).map(toText) };
  const list = items(value);
  return list === undefined ? undefined : { kind: 'items', items: list };
};

const toStr: Fold = (args, items) => {
  const [value] = args;
  if (textOf(value) !== undefined) return value;
  const number = intOf(value);
  if (number !== undefined && args.length === 1) return toText(number.toString());
  return args.length > 1 ? decode(args, items) : undefined;
};

const toByteString: Fold = (args, items) => {
  const [value, encoding] = args;
  if (bytesOf(value) !== undefined) return value;
  if (textOf(value) !== undefined) return encode([value ?? toText(''), encoding ?? toText('utf8')], items);
  const numbers = items(value)?.map(intOf);
  if (numbers === undefined || numbers.length > MAX_RESULT) return undefined;
  const known = numbers.filter((number) => number !== undefined && number >= 0n && number < 256n);
  return known.length === numbers.length ? toBytes(Uint8Array.from(known, Number)) : undefined;
};

const chr: Fold = ([value]) => {
  const code = intOf(value);
  return code === undefined || code < 0n || code > 0x10ffffn
    ? undefined
    : toText(String.fromCodePoint(Number(code)));
};

const ord: Fold = ([value]) => {
  const code = textOf(value)?.codePointAt(0);
  return code === undefined ? undefined : toNumber(BigInt(code));
};

const fromHex: Fold = (args) => {
  const known = textOf(args.at(-1)) ?? bytesAsText(args.at(-1));
  return known === undefined ? undefined : toBytes(Buffer.from(known.replaceAll(/\s/g, ''), 'hex'));
};

const fromBase64: Fold = (args) => {
  const known = textOf(args[0]) ?? bytesAsText(args[0]);
  return known === undefined ? undefined : toBytes(Buffer.from(known, 'base64'));
};

const PURE: Readonly<Record<string, Fold>> = {
  '_codecs.decode': decode,
  '_codecs.encode': encode,
  'base64.b64decode': fromBase64,
  'base64.decodebytes': fromBase64,
  'base64.standard_b64decode': fromBase64,
  'base64.urlsafe_b64decode': fromBase64,
  'binascii.a2b_base64': fromBase64,
  'binascii.a2b_hex': fromHex,
  'binascii.unhexlify': fromHex,
  'builtins.bytearray': toByteString,
  'builtins.bytearray.decode': decode,
  'builtins.bytes': toByteString,
  'builtins.bytes.decode': decode,
  'builtins.bytes.fromhex': fromHex,
  'builtins.bytes.join': join,
  'builtins.chr': chr,
  'builtins.list': same,
  'builtins.ord': ord,
  'builtins.reversed': reversed,
  'builtins.sorted': () => undefined,
  'builtins.str': toStr,
  'builtins.str.__add__': concat,
  'builtins.str.__getitem__': getItem,
  'builtins.str.__mod__': modulo,
  'builtins.str.capitalize': text((value) => value.charAt(0).toUpperCase() + value.slice(1).toLowerCase()),
  'builtins.str.casefold': text((value) => value.toLowerCase()),
  'builtins.str.encode': encode,
  'builtins.str.format': format,
  'builtins.str.join': join,
  'builtins.str.lower': text((value) => value.toLowerCase()),
  'builtins.str.replace': replace,
  'builtins.str.strip': text((value) => value.trim()),
  'builtins.str.swapcase': text(swapCase),
  'builtins.str.upper': text((value) => value.toUpperCase()),
  'builtins.tuple': same,
  'codecs.decode': decode,
  'codecs.encode': encode,
  'operator.__add__': concat,
  'operator.__concat__': concat,
  'operator.__mod__': modulo,
  'operator.add': concat,
  'operator.concat': concat,
  'operator.getitem': getItem,
  'operator.iadd': concat,
  'operator.iconcat': concat,
  'operator.mod': modulo,
  'string.capwords': text((value) => value),
  'sys.intern': text((value) => value),
  'urllib.parse.unquote': text(unquote),
};

function bytesAsText(value: Abstract | undefined): string | undefined {
  const bytes = bytesOf(value);
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('latin1');
}

function rot13(value: string): string {
  return value.replace(/[a-z]/gi, (letter) => {
    const base = letter <= 'Z' ? 65 : 97;
    return String.fromCharCode(((letter.charCodeAt(0) - base + 13) % 26) + base);
  });
}

function swapCase(value: string): string {
  return Array.from(value, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  ).join('');
}

function unescapeText(value: string): string {
  return value.replace(
    /\\x([0-9a-f]{2})|\\u([0-9a-f]{4})/gi,
    (_whole, short: string | undefined, long: string | undefined) =>
      String.fromCharCode(Number.parseInt(short ?? long ?? '0', 16)),
  );
}

function unquote(value: string): string {
  return value.replace(/%([0-9a-f]{2})/gi, (_whole, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
