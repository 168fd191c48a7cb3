/**
 * The base of every error that we expect. Callers branch on `code`, never on `message`.
 * A message says what was expected, what was found and where; it carries no secret, and hostile text in it
 * goes through {@link quote}.
 */
export class AppError<Code extends string = string> extends Error {
  readonly code: Code;

  constructor(code: Code, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.name = new.target.name;
  }
}
