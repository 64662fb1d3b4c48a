import { Argument, type Command, InvalidArgumentError } from 'commander';

import type { Refusal } from '#workspace/commands/decide-site.js';
import { RuleKind } from '#workspace/state/site-rule.js';

import { commaList } from './arguments.js';

export interface RuleOptions {
  readonly visitor?: string;
  readonly user?: string;
  readonly pattern?: string;
  readonly template?: string;
  readonly from?: string;
  readonly to?: string;
  readonly parameters?: readonly string[];
  readonly classes?: readonly string[];
  readonly countries?: readonly string[];
  readonly id?: string;
}

/** Field of a rule -> its option. */
const OPTIONS: Readonly<Record<string, string>> = {
  visitorId: '--visitor',
  userId: '--user',
  pattern: '--pattern',
  template: '--template',
  from: '--from',
  to: '--to',
  parameters: '--parameters',
  classes: '--classes',
  countries: '--countries',
  id: '--id',
  ruleId: '<rule>',
};

const KINDS: readonly string[] = Object.values(RuleKind);

/** `exclude_path`, or `exclude-path` as it is typed more easily. */
export function kindArgument(): Argument {
  return new Argument('<kind>', KINDS.join(', ')).argParser((text: string) => {
    const kind = text.trim().toLowerCase().replaceAll('-', '_');
    if (KINDS.includes(kind)) return kind;
    throw new InvalidArgumentError(`use one of: ${KINDS.join(', ')}.`);
  });
}

export function ruleOptions(command: Command): Command {
  return command
    .option('--visitor <id>', 'exclude_visitor: its visitor ID')
    .option('--user <id>', 'exclude_user: its user ID')
    .option('--pattern <pattern>', 'exclude_path, path_template: such as "/admin/**" or "/users/*"')
    .option('--template <path>', 'path_template: what the pattern is shown as, such as /users/:id')
    .option('--from <path>', 'merge_path: the path that is shown as another one')
    .option('--to <path>', 'merge_path: that other one')
    .option('--parameters <names>', 'keep_query: names of query parameters, with commas between', commaList)
    .option('--classes <names>', 'exclude_bots: such as seo,ai-crawler; all where it is left out', commaList)
    .option('--countries <names>', 'exclude_country: by their two letters, such as DE,AT', commaList)
    .option('--id <uuid>', 'of the rule; made where it is left out');
}

/** The rule in its JSON form, unchecked. */
export function ruleFrom(kind: string, options: RuleOptions): object {
  const { visitor: visitorId, user: userId, ...fields } = options;
  const { pattern, template, from, to, parameters, classes, countries, id } = fields;
  return { kind, visitorId, userId, pattern, template, from, to, parameters, classes, countries, id };
}

/** In the words of the command line: options in place of fields. */
export function refusedRule({ message, faults }: Refusal): string {
  if (!faults) return message;
  return faults
    .map((fault) => {
      const option = OPTIONS[fault.field];
      return option !== undefined && fault.message.startsWith(fault.field)
        ? option + fault.message.slice(fault.field.length)
        : fault.message;
    })
    .join('; ');
}
