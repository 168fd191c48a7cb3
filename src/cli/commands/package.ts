import { Command } from 'commander';
import { routes } from '#api';
import { runAgainstServer, withConnection } from '../api/connect.ts';
import { renderFields, renderTable } from '../api/render-table.ts';
import type { Io } from '../io.ts';

export function createPackageCommand(io: Io): Command {
  const pack = new Command('package').description('models and datasets that were pushed or asked for');

  withConnection(pack.command('list <repository>').description('packages of a repository'))
    .option('--type <type>', 'model, dataset or space')
    .option('--search <text>', 'part of the name')
    .option('--limit <count>', 'at most this many', '50')
    .option('--after <cursor>', 'go on where a listing stopped')
    .action(async (repository: string, options) => {
      io.exit(
        await runAgainstServer(
          io,
          options,
          (client) =>
            client.call(routes.listPackages, {
              params: { repository },
              query: {
                type: options.type,
                search: options.search,
                limit: options.limit,
                after: options.after,
              },
            }),
          ({ items, next }) =>
            renderTable(
              ['name', 'type', 'private', 'updated'],
              items.map((item) => [item.name, item.type, item.isPrivate ? 'yes' : 'no', item.updatedAt]),
            ) + renderNext(next),
        ),
      );
    });

  withConnection(pack.command('show <repository> <name>').description('one package and its versions'))
    .option('--type <type>', 'model, dataset or space', 'model')
    .action(async (repository: string, name: string, options) => {
      const params = { repository, type: options.type, name };
      io.exit(
        await runAgainstServer(
          io,
          options,
          async (client) => ({
            package: await client.call(routes.getPackage, { params }),
            versions: (await client.call(routes.listVersions, { params })).items,
          }),
          (answer) =>
            renderFields([
              ['name', answer.package.name],
              ['type', answer.package.type],
              ['repository', answer.package.repository],
              ['private', answer.package.isPrivate ? 'yes' : 'no'],
            ]) +
            '\n' +
            renderTable(
              ['version', 'created', 'decision', 'verdict', 'title'],
              answer.versions.map((version) => [
                version.revision.slice(0, 12),
                version.createdAt,
                version.decision === undefined
                  ? 'not yet'
                  : `${version.decision.effect} (${version.decision.state})`,
                version.decision?.verdict ?? '-',
                version.title,
              ]),
            ),
        ),
      );
    });

  withConnection(
    pack
      .command('delete <repository> <name>')
      .description('a local package for good, a remote one from the cache'),
  )
    .option('--type <type>', 'model, dataset or space', 'model')
    .action(async (repository: string, name: string, options) => {
      io.exit(
        await runAgainstServer(
          io,
          options,
          (client) => client.call(routes.deletePackage, { params: { repository, type: options.type, name } }),
          () => `deleted ${name}\n`,
        ),
      );
    });
  return pack;
}

export function renderNext(next: string | undefined): string {
  return next === undefined ? '' : `more: --after ${next}\n`;
}
