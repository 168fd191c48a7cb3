export { type ApiClient, ApiError, type ApiErrorCode, createApiClient } from './client.ts';
export { Decision, Effect, Reason, VerdictName } from './decision.ts';
export { Package, Version } from './package.ts';
export { PolicyDocument } from './policy.ts';
export { isAllowed, type Principal } from './principal.ts';
export { Problem } from './problem.ts';
export { ScanReport } from './report.ts';
export {
  CreateRepository,
  PolicyName,
  Protocol,
  Repository,
  RepositoryName,
  UpdateRepository,
} from './repository.ts';
export { type AnswerOf, type BodyOf, defineRoute, type QueryOf, type Route } from './route.ts';
export { routes } from './routes.ts';
export { Action, CreatedToken, CreateToken, Scope, Token } from './token.ts';
