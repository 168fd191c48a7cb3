import { Command } from 'commander';
import { type Decision, routes } from '#api';
import { runAgainstServer, withConnection } from '../api/connect.ts';
import { renderFields, renderTable } from '../api/render-table.ts';
import type { Io } from '../io.ts';
import { renderNext } from './package.ts';

export function createDecisionCommand(io: Io): Command {
  const decision = new Command('decision').description(
    'what policy decided, and versions that wait for a person',
  );

  withConnection(decision.command('list').description('decisions, newest first'))
    .option('--repository <name>')
    .option('--package <name>')
    .option('--effect <effect>', 'allow, warn, hold or block')
    .option('--state <state>', 'active, approved, refused or superseded')
    .option('--limit <count>', 'at most this many', '50')
    .option('--after <cursor>', 'go on where a listing stopped')
    .action(async (options) => {
      const { repository, effect, state, limit, after } = options;
      io.exit(
        await runAgainstServer(
          io,
          options,
          (client) =>
            client.call(routes.listDecisions, {
              query: { repository, package: options.package, effect, state, limit, after },
            }),
          ({ items, next }) =>
            renderTable(
              ['id', 'effect', 'state', 'repository', 'package', 'version', 'decided', 'why'],
              items.map((item) => [
                item.id,
                item.effect,
                item.state,
                item.repository,
                item.packageName,
                item.version.slice(0, 12),
                item.decidedAt,
                item.reasons[0]?.finding ?? '-',
              ]),
            ) + renderNext(next),
        ),
      );
    });

  withConnection(decision.command('show <id>').description('one decision with its reasons')).action(
    async (id: string, options) => {
      io.exit(
        await runAgainstServer(
          io,
          options,
          (client) => client.call(routes.getDecision, { params: { id } }),
          renderDecision,
        ),
      );
    },
  );

  for (const [name, state] of [
    ['approve', 'approved'],
    ['refuse', 'refused'],
  ] as const) {
    withConnection(decision.command(`${name} <id>`).description(`${name} a version that is held`))
      .requiredOption('--reason <text>', 'why; it stays with the decision')
      .action(async (id: string, options) => {
        io.exit(
          await runAgainstServer(
            io,
            options,
            (client) =>
              client.call(routes.settleDecision, { params: { id }, body: { state, reason: options.reason } }),
            renderDecision,
          ),
        );
      });
  }
  return decision;
}

function renderDecision(item: Decision): string {
  const head = renderFields([
    ['decision', item.id],
    ['effect', `${item.effect} (${item.state})`],
    ['package', `${item.packageName} in ${item.repository}`],
    ['version', item.version],
    ['verdict', item.verdict],
    ['policy', item.policy],
    ['decided', `${item.decidedAt}, after ${item.elapsedMs} ms and ${item.readBytes} bytes read`],
    [
      'settled',
      item.settledAt === undefined
        ? undefined
        : `${item.settledAt} by ${item.settledBy}: ${item.settledReason}`,
    ],
  ]);
  const reasons = item.reasons.map((reason) => {
    const fields = renderFields([
      ['why', reason.message],
      ['rule', reason.policyRule],
      ['finding', reason.finding],
      ['file', reason.file],
      ['evidence', reason.evidence],
    ]);
    return `\n${fields}`;
  });
  return head + reasons.join('');
}
