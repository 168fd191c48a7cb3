import type { Capability } from './capability.ts';

/**
 * The dangerous callables of one module: names by capability, separated by blanks. A class stands for its
 * constructor and all its methods; `Class.method` for one of them.
 */
export type DangerModule = Readonly<Partial<Record<Capability, string>>> & {
  /** Of every other name of the module. */
  readonly rest?: Capability;
  /** `rest` holds for submodules without a row of their own, too. */
  readonly tree?: true;
  /** Names that `rest` does not hold for: constants, exceptions, plain data. They stay unknown, not safe. */
  readonly harmless?: string;
};

export type DangerTable = Readonly<Record<string, DangerModule>>;
