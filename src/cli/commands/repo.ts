import { Command } from 'commander';
import { type Repository, routes } from '#api';
import { runAgainstServer, withConnection } from '../api/connect.ts';
import { renderFields, renderTable } from '../api/render-table.ts';
import type { Io } from '../io.ts';

export function createRepoCommand(io: Io): Command {
  const repo = new Command('repo').description('repositories: local ones, and remote ones in front of a hub');

  withConnection(repo.command('list').description('all repositories')).action(async (options) => {
    io.exit(
      await runAgainstServer(
        io,
        options,
        (client) => client.call(routes.listRepositories),
        ({ items }) =>
          renderTable(
            ['name', 'kind', 'protocol', 'policy', 'upstream'],
            items.map((item) => [item.name, item.kind, item.protocol, item.policy, item.upstreamUrl ?? '-']),
          ),
      ),
    );
  });

  withConnection(repo.command('show <name>').description('one repository')).action(
    async (name: string, options) => {
      io.exit(
        await runAgainstServer(
          io,
          options,
          (client) => client.call(routes.getRepository, { params: { repository: name } }),
          renderRepository,
        ),
      );
    },
  );

  withConnection(repo.command('create <name>').description('a new repository'))
    .requiredOption('--kind <kind>', 'local or remote')
    .option('--upstream <address>', 'remote: the hub behind it')
    .option('--policy <name>', 'balanced or observe')
    .action(async (name: string, options) => {
      io.exit(
        await runAgainstServer(
          io,
          options,
          (client) =>
            client.call(routes.createRepository, {
              body: {
                name,
                kind: options.kind,
                ...(options.upstream === undefined ? {} : { upstreamUrl: options.upstream }),
                ...(io.env.SALLYPORT_UPSTREAM_TOKEN === undefined
                  ? {}
                  : { upstreamToken: io.env.SALLYPORT_UPSTREAM_TOKEN }),
                ...(options.policy === undefined ? {} : { policy: options.policy }),
              },
            }),
          renderRepository,
        ),
      );
    });

  withConnection(repo.command('set <name>').description('change a repository'))
    .option('--upstream <address>', 'remote: the hub behind it')
    .option('--policy <name>', 'balanced or observe')
    .option('--forget-upstream-token', 'remove the stored upstream credential')
    .action(async (name: string, options) => {
      const token = io.env.SALLYPORT_UPSTREAM_TOKEN;
      io.exit(
        await runAgainstServer(
          io,
          options,
          (client) =>
            client.call(routes.updateRepository, {
              params: { repository: name },
              body: {
                ...(options.upstream === undefined ? {} : { upstreamUrl: options.upstream }),
                ...(options.policy === undefined ? {} : { policy: options.policy }),
                ...(token === undefined ? {} : { upstreamToken: token }),
                ...(options.forgetUpstreamToken === true ? { upstreamToken: null } : {}),
              },
            }),
          renderRepository,
        ),
      );
    });

  withConnection(repo.command('delete <name>').description('a repository with all its packages')).action(
    async (name: string, options) => {
      io.exit(
        await runAgainstServer(
          io,
          options,
          (client) => client.call(routes.deleteRepository, { params: { repository: name } }),
          () => `deleted ${name}\n`,
        ),
      );
    },
  );
  return repo;
}

function renderRepository(item: Repository): string {
  return renderFields([
    ['name', item.name],
    ['kind', item.kind],
    ['protocol', item.protocol],
    ['upstream', item.upstreamUrl],
    ['policy', item.policy],
    ['created', item.createdAt],
  ]);
}
