// The package brings no types; this is what we use of it.
declare module 'cli-progress' {
  export interface BarOptions {
    readonly format: string;
    readonly stream: { write(text: string): unknown; readonly isTTY: boolean; readonly columns: number };
    readonly clearOnComplete: boolean;
    readonly hideCursor: boolean;
    readonly barsize: number;
    readonly fps: number;
  }
  export class SingleBar {
    constructor(options: BarOptions);
    start(total: number, value: number, payload: Readonly<Record<string, string>>): void;
    update(value: number, payload: Readonly<Record<string, string>>): void;
    stop(): void;
  }
}
