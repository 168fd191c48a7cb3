import type { ByteSource } from '#bytes';
import type { CoverageGap } from '#findings';
import { quote } from '#kernel';
import type { ParseContext } from '../format.ts';
import { readWindows } from '../read-windows.ts';
import { encodingOf } from '../text/text-head.ts';
import { Utf8Check } from '../text/utf8-check.ts';
import { ACTIVE_KEYS, ACTIVE_SHAPES, type ActiveKey } from './active-keys.ts';
import type { JsonDocument } from './format.ts';
import { JsonReader } from './json-reader.ts';
import { KeyWatch } from './key-watch.ts';

const MAX_TOP_KEYS = 64;
const SHAPE_KEYS = new Set(ACTIVE_SHAPES.flatMap((shape) => shape.keys));
/** Keys of the object whose values name the shards of a model. */
const PATH_MAPS = new Set(['weight_map']);

/**
 * Reads JSON to its end.
 *
 * @throws {FormatError} `inconsistent` where it breaks the grammar or UTF-8, `truncated`, `limit-exceeded`
 */
export async function parseJson(source: ByteSource, context: ParseContext): Promise<JsonDocument> {
  const { bomBytes } = encodingOf(await source.read(0, Math.min(source.sizeBytes, 3)));
  const topKeys = new Set<string>();
  const shapeKeys = new Set<string>();
  const active = new Set<ActiveKey>();
  const watch = new KeyWatch(() => reader);
  let topKey = '';
  let pending: ActiveKey | undefined; // of the name whose value comes next
  const takePending = () => {
    if (pending !== undefined) active.add(pending);
    pending = undefined;
  };
  const reader: JsonReader = new JsonReader(
    {
      startObject() {
        takePending();
        watch.startObject();
      },
      startArray: takePending,
      endObject: () => watch.endObject(),
      key() {
        const name = reader.text;
        watch.key(name);
        pending = ACTIVE_KEYS.get(name);
        if (reader.depth !== 1) return;
        topKey = name;
        if (SHAPE_KEYS.has(name)) shapeKeys.add(name);
        if (reader.rootValues === 1 && topKeys.size < MAX_TOP_KEYS) topKeys.add(name);
      },
      string() {
        takePending();
        if (reader.depth !== 2 || !PATH_MAPS.has(topKey)) return;
        const path = reader.text;
        if (leavesFolder(path)) watch.note('path-escape', `${quote(path, 120)} lies outside the folder`);
      },
      bare() {
        pending = undefined; // `null` names nothing
      },
    },
    bomBytes,
  );
  const check = new Utf8Check(bomBytes);
  for await (const { bytes } of readWindows(source, context, bomBytes)) {
    check.push(bytes);
    reader.push(bytes);
  }
  check.end();
  reader.end();
  if (bomBytes > 0)
    watch.anomalies.unshift({ code: 'bom', detail: 'byte order mark before JSON', offset: 0 });
  for (const shape of ACTIVE_SHAPES)
    if (shape.keys.every((key) => shapeKeys.has(key))) active.add(shape.active);
  return {
    kind: 'json',
    values: reader.rootValues,
    topKeys: [...topKeys],
    anomalies: watch.anomalies,
    dataBytes: 0,
    gaps: [...active].map(({ code, detail }): CoverageGap => ({ code, detail })),
    members: [],
  };
}

/** Absolute, upwards, a drive, another machine, a URL, or spelled so that one system would read it as such. */
function leavesFolder(path: string): boolean {
  return /^[/\\~]|^[A-Za-z]:|(?:^|[/\\])\.\.(?:[/\\]|$)|\0|:\/\//.test(path);
}
