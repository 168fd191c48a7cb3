import type { Action, Scope } from './token.ts';

/** Who asks: a token's holder, or nobody in particular. */
export interface Principal {
  readonly kind: 'token' | 'anonymous';
  readonly name: string; // of the token; `anonymous`
  readonly scopes: readonly Scope[];
}

const ACTIONS: readonly Action[] = ['read', 'write', 'admin']; // each includes those before it

/** Whether a principal may do `action` in a repository; `admin` on `*` may do everything. */
export function isAllowed(principal: Principal, repository: string, action: Action): boolean {
  return principal.scopes.some(
    (scope) =>
      (scope.repository === '*' || scope.repository === repository) &&
      ACTIONS.indexOf(scope.action) >= ACTIONS.indexOf(action),
  );
}
