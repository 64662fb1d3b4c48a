import type { Command } from 'commander';

import type { Position } from '#events/position.js';

import { importLines, type ImportTotals } from './access-log/import-lines.js';
import { linesOf } from './access-log/lines.js';
import { formats, type Format } from './access-log/parse-line.js';
import { oneOf, patienceOption } from './arguments.js';
import type { CommandContext } from './command-context.js';
import { openInput } from './input-file.js';
import { findInstance, requireInstance } from './instance.js';
import { LogSession } from './log-session.js';
import { Problem } from './problem.js';
import { Progress } from './progress.js';
import { waitForReadModels } from './read-models.js';
import { RejectList } from './reject-list.js';
import { partitionsOf } from './site-partition.js';
import { count, duration, rate } from './text.js';
import { addWhose, organizationOfNew } from './whose.js';

interface Options {
  readonly site: string;
  readonly organization?: string;
  readonly format: Format;
  readonly rejects?: string;
  readonly wait: boolean;
  readonly patience: number;
  readonly json?: boolean;
}

export function addImport(program: Command, context: () => CommandContext): void {
  const bring = program
    .command('import')
    .description('Count every request of an access log as a page view of a site')
    .argument('<file>', 'log file, plain or gzip; - reads standard input')
    .requiredOption('--site <name>', 'site that the requests belong to; created where it is new')
    .option('--format <name>', formats.join(' | '), oneOf(formats), 'combined')
    .option(
      '--rejects <file>',
      'write every line that could not be counted to this file (number, reason, detail)',
    )
    .option('--no-wait', 'return when everything is stored, without waiting for the figures to show it')
    .addOption(patienceOption())
    .option('--json', 'print the summary as JSON');
  addWhose(bring).action((file: string, options: Options) => runImport(file, options, context()));
}

async function runImport(path: string, options: Options, context: CommandContext): Promise<void> {
  const { config, signal, print } = context;
  const { site, patience } = options;
  // Asked at the start: at the end the instance may be just about to come back from a crash.
  const followed = Boolean(requireInstance(config, 'natsUrl').databaseUrl);
  const file = await openInput(path, signal);
  const progress = new Progress(`import ${site}`);
  const say = (text: string): void => progress.note(text);
  const session = await LogSession.open(config, { patience, signal, say });
  const rejects = new RejectList(say, options.rejects);
  const started = Date.now();
  try {
    const partition =
      (await partitionsOf(session, [site], () => organizationOfNew(context, options.organization))).get(
        site,
      ) ?? 0;
    const totals = await importLines(linesOf(file.chunks), {
      site,
      format: options.format,
      append: (line) => session.append(partition, line),
      onRejected: (line) => rejects.add(line),
      onLine: ({ stored, rejected }) =>
        progress.update({
          done: file.bytesRead(),
          total: file.bytesTotal,
          detail: () =>
            `${count(stored)} stored, ${count(rejected)} rejected, ${rate(stored, Date.now() - started)}`,
        }),
      signal,
    });
    progress.end();
    const elapsed = Date.now() - started;
    await rejects.close();
    if (options.json) print(JSON.stringify(summary(site, totals, elapsed)));
    else print(sentence(site, totals, elapsed));
    if (signal.aborted)
      throw new Problem('Interrupted: run the same command again, it adds only what is missing.', 130);
    if (options.wait && followed && totals.last) await settle(totals.last, options, context);
  } finally {
    progress.end();
    await rejects.close();
    await session.close().catch(() => undefined);
  }
}

async function settle(last: Position, options: Options, context: CommandContext): Promise<void> {
  const progress = new Progress('read models');
  try {
    await waitForReadModels(context.config, [last], {
      patience: options.patience,
      signal: context.signal,
      progress,
    });
  } finally {
    progress.end();
  }
  const url = findInstance(context.config)?.url;
  if (!options.json) context.print(url ? `The figures show it: ${url}` : 'The figures show it.');
}

function summary(site: string, { read, stored, rejected, last }: ImportTotals, elapsed: number): object {
  return { site, read, stored, rejected, seconds: elapsed / 1000, position: last ?? null };
}

function sentence(site: string, { read, stored, rejected }: ImportTotals, elapsed: number): string {
  return (
    `${count(read)} lines read, ${count(stored)} stored for "${site}", ${count(rejected)} rejected, ` +
    `in ${duration(elapsed)} (${rate(stored, elapsed)}). Lines stored before are recognised and count once.`
  );
}
