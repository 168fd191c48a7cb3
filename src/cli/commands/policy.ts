import { Command } from 'commander';
import { routes } from '#api';
import { runAgainstServer, withConnection } from '../api/connect.ts';
import { renderTable } from '../api/render-table.ts';
import type { Io } from '../io.ts';

export function createPolicyCommand(io: Io): Command {
  const policy = new Command('policy').description('the policies that a repository can have');

  withConnection(policy.command('list').description('policies and their rules')).action(async (options) => {
    io.exit(
      await runAgainstServer(
        io,
        options,
        (client) => client.call(routes.listPolicies),
        ({ items }) =>
          items
            .map(
              (item) =>
                `${item.name}: ${item.description}\n` +
                renderTable(
                  ['rule', 'when', 'effect'],
                  item.rules.map((rule) => [rule.id, rule.when, rule.effect]),
                ),
            )
            .join('\n'),
      ),
    );
  });

  withConnection(
    policy.command('set <repository> <policy>').description('give a repository another policy'),
  ).action(async (repository: string, name: string, options) => {
    io.exit(
      await runAgainstServer(
        io,
        options,
        (client) =>
          client.call(routes.updateRepository, {
            params: { repository },
            // The server checks the name and says which there are.
            body: { policy: name as 'balanced' },
          }),
        (item) => `${item.name} now has the policy ${item.policy}\n`,
      ),
    );
  });
  return policy;
}
