import { Command, InvalidArgumentError } from 'commander';
import { Action, routes, type Scope } from '#api';
import { runAgainstServer, withConnection } from '../api/connect.ts';
import { renderTable } from '../api/render-table.ts';
import type { Io } from '../io.ts';

export function createTokenCommand(io: Io): Command {
  const token = new Command('token').description('tokens of people and machines');

  withConnection(token.command('list').description('all tokens, without their secrets')).action(
    async (options) => {
      io.exit(
        await runAgainstServer(
          io,
          options,
          (client) => client.call(routes.listTokens),
          ({ items }) =>
            renderTable(
              ['id', 'name', 'scopes', 'created', 'expires', 'last used', 'revoked'],
              items.map((item) => [
                item.id,
                item.name,
                item.scopes.map((scope) => `${scope.repository}:${scope.action}`).join(' '),
                item.createdAt,
                item.expiresAt ?? 'never',
                item.lastUsedAt ?? 'never',
                item.revokedAt ?? '-',
              ]),
            ),
        ),
      );
    },
  );

  withConnection(token.command('create <name>').description('a new token; its secret is printed once'))
    .requiredOption('--scope <repository:action...>', 'such as models:write, hub:read or *:admin', toScopes)
    .option('--expires-in-days <days>', 'without it the token does not expire', Number)
    .action(async (name: string, options) => {
      io.exit(
        await runAgainstServer(
          io,
          options,
          (client) =>
            client.call(routes.createToken, {
              body: {
                name,
                scopes: options.scope,
                ...(options.expiresInDays === undefined ? {} : { expiresInDays: options.expiresInDays }),
              },
            }),
          ({ secret }) => `${secret}\n`,
        ),
      );
    });

  withConnection(token.command('revoke <id>').description('end a token at once')).action(
    async (id: string, options) => {
      io.exit(
        await runAgainstServer(
          io,
          options,
          (client) => client.call(routes.revokeToken, { params: { id } }),
          () => `revoked ${id}\n`,
        ),
      );
    },
  );
  return token;
}

function toScopes(text: string, earlier: readonly Scope[] | undefined): readonly Scope[] {
  const colon = text.lastIndexOf(':');
  const action = Action.safeParse(text.slice(colon + 1));
  if (colon < 1 || !action.success)
    throw new InvalidArgumentError('expected repository:read, :write or :admin');
  return [...(earlier ?? []), { repository: text.slice(0, colon), action: action.data }];
}
