export { Decision, Effect, Reason, VerdictName } from './decision.ts';
export { isAllowed, type Principal } from './principal.ts';
export { PolicyName, Protocol, Repository, RepositoryName } from './repository.ts';
export { Action, Scope, Token } from './token.ts';
