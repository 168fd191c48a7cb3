import type { PickleEvent, PickleProgram, PickleValue } from '#formats';

const MAX_CHARACTERS = 400;
const MAX_DEPTH = 6;
const MAX_ITEMS = 8;
const MAX_TEXT = 120;

/** One event as a line of Python that would do the same. Escaped, printable ASCII, at most 400 characters. */
export function renderEvent(program: PickleProgram, event: PickleEvent): string {
  const text = renderAny(program, event, 0);
  return text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS - 3)}...` : text;
}

function renderAny(program: PickleProgram, event: PickleEvent, depth: number): string {
  switch (event.kind) {
    case 'import':
      return `from ${renderName(program, event.module)} import ${renderName(program, event.name)}`;
    case 'call':
      return renderCall(program, event, depth);
    case 'build':
      return `${render(program, event.target, depth)}.__setstate__(${render(program, event.state, depth + 1)})`;
    case 'fill': {
      const method = {
        APPEND: 'append',
        APPENDS: 'extend',
        SETITEM: 'update',
        SETITEMS: 'update',
        ADDITEMS: 'update',
      };
      return `${render(program, event.target, depth)}.${method[event.opcode]}(${renderList(program, event.items, depth + 1)})`;
    }
    case 'persistent-load':
      return `persistent_load(${render(program, event.id, depth + 1)})`;
    case 'buffer':
      return 'next(buffers)';
  }
}

function renderCall(
  program: PickleProgram,
  event: Extract<PickleEvent, { kind: 'call' }>,
  depth: number,
): string {
  const callee = render(program, event.callee, depth + 1);
  const parts = event.args.length > 0 ? [renderList(program, event.args, depth + 1)] : [];
  if (event.argsValue !== undefined) parts.push(`*${render(program, event.argsValue, depth + 1)}`);
  if (event.kwargs !== undefined) parts.push(`**${render(program, event.kwargs, depth + 1)}`);
  if (event.opcode === 'NEWOBJ' || event.opcode === 'NEWOBJ_EX') {
    return `${callee}.__new__(${[callee, ...parts].join(', ')})`;
  }
  return `${callee}(${parts.join(', ')})`;
}

function renderList(program: PickleProgram, values: readonly PickleValue[], depth: number): string {
  const shown = values.slice(0, MAX_ITEMS).map((value) => render(program, value, depth));
  return (values.length > MAX_ITEMS ? [...shown, '...'] : shown).join(', ');
}

function renderName(program: PickleProgram, value: PickleValue): string {
  return value.kind === 'str' ? plain(value.value) : `<${render(program, value, 1)}>`;
}

function render(program: PickleProgram, value: PickleValue, depth: number): string {
  if (depth > MAX_DEPTH) return '...';
  switch (value.kind) {
    case 'none':
      return 'None';
    case 'bool':
      return value.value ? 'True' : 'False';
    case 'int': {
      const text = value.value.toString(value.value > 2n ** 64n ? 16 : 10);
      return text.length > 24 ? `0x${text.slice(0, 20)}...` : text;
    }
    case 'float':
      return String(value.value);
    case 'str':
      return `'${escapeText(value.value)}'`;
    case 'bytes':
      return `b'${escapeText(Buffer.from(value.value.subarray(0, MAX_TEXT + 1)).toString('latin1'))}'`;
    case 'tuple':
      return `(${renderList(program, value.items, depth + 1)}${value.items.length === 1 ? ',' : ''})`;
    case 'list':
      return `[${renderList(program, value.items, depth + 1)}]`;
    case 'set':
      return `{${renderList(program, value.items, depth + 1)}}`;
    case 'frozenset':
      return `frozenset({${renderList(program, value.items, depth + 1)}})`;
    case 'dict': {
      const shown = value.entries
        .slice(0, MAX_ITEMS)
        .map(([key, item]) => `${render(program, key, depth + 1)}: ${render(program, item, depth + 1)}`);
      return `{${(value.entries.length > MAX_ITEMS ? [...shown, '...'] : shown).join(', ')}}`;
    }
    case 'global':
      return plain(`${value.module}.${value.name}`);
    case 'result': {
      const event = program.events[value.event];
      return event === undefined ? '<unknown>' : renderAny(program, event, depth + 1);
    }
    case 'persistent':
      return `persistent_load(${render(program, value.id, depth + 1)})`;
    case 'extension':
      return `copyreg._inverted_registry[${value.code}]`;
    case 'unknown':
      return '<unknown>';
  }
}

/** A name as it stands, what is not printable escaped. */
function plain(name: string): string {
  return escapeText(name.length > MAX_TEXT ? `${name.slice(0, MAX_TEXT)}...` : name);
}

function escapeText(text: string): string {
  const cut = text.length > MAX_TEXT ? text.slice(0, MAX_TEXT) : text;
  const escaped = cut.replace(/[^\x20-\x7e]|['\\]/g, (character) => {
    if (character === "'" || character === '\\') return `\\${character}`;
    if (character === '\n') return '\\n';
    const code = character.charCodeAt(0);
    return code < 256
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });
  return text.length > MAX_TEXT ? `${escaped}...` : escaped;
}
