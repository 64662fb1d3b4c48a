import { variables, type Variable } from './variables.js';

/** The text of docs/configuration.md, made from the table of variables. */
export function configurationPage(): string {
  const sections = Object.entries<Variable<unknown>>(variables).map(([name, variable]) =>
    [
      `## ${name}`,
      '',
      variable.description,
      '',
      `- Default: ${variable.fallback === undefined ? 'unset' : `\`${variable.fallback}\``}`,
      `- Example: \`${name}=${variable.example}\``,
      ...(variable.required ? ['- Must be set with `NODE_ENV=production`'] : []),
      '',
    ].join('\n'),
  );
  return `# Configuration

Tidemark is set up by environment variables, read and checked once at start. Every fault is named in one message and nothing
is started. An empty variable counts as unset; an unknown name that begins with \`TIDEMARK_\` is a fault, because it is most
likely misspelt.

\`npm run generate\` writes this page from \`src/config/variables.ts\`.

${sections.join('\n')}`;
}
