import type { GapCode } from '#findings';

export interface ActiveKey {
  readonly detail: string;
  readonly code: GapCode;
}

const gap = (detail: string): ActiveKey => ({ code: 'unsupported', detail });

/** Names, at any depth, by which a loader runs or fetches something else. */
export const ACTIVE_KEYS: ReadonlyMap<string, ActiveKey> = new Map([
  ['auto_map', gap('`auto_map` names code that transformers would load: not followed yet')],
  ['custom_pipelines', gap('`custom_pipelines` names code that transformers would load: not followed yet')],
  ['chat_template', gap('a chat template (Jinja) is not analysed yet')],
  ['_target_', gap('`_target_` names what Hydra would call: not followed yet')],
  ['_function_', gap('`_function_` names what a loader would call: not followed yet')],
]);

/** Names that mean it only together, in the object at the top. */
export const ACTIVE_SHAPES: readonly { readonly keys: readonly string[]; readonly active: ActiveKey }[] = [
  { keys: ['cells', 'nbformat'], active: gap('notebook: its code is not analysed yet') },
  { keys: ['class_name', 'config'], active: gap('Keras architecture: its layers are not analysed yet') },
];
