/** `README.md` */
export function readme(name: string, plain: boolean, ending: 'ts' | 'mts'): string {
  const what = plain ? 'drops the short ones' : 'drops the short ones, asks a language model how the others sound'
  return `# ${name}

\`pipelines/hello.${ending}\` reads \`data/hello.csv\`, ${what}, and writes \`out/hello.jsonl\`.

    npm install
    npx maestro run hello

More to try:

    npx maestro preview hello    # a few rows before and after each step; nothing is written
    npx maestro plan hello       # what would run
    npx maestro plugins fs.file  # the options of what a plugin brings
    npx maestro doctor           # is everything in order?
    npm run check                # wrong columns, options and names, found by TypeScript

The settings are in \`maestro.config.${ending}\`. \`maestro-env.d.ts\` is written by \`maestro types\` and tells the editor what the
plugins bring; it may be committed. Runs are kept in \`.maestro/\`, which holds rows and is not committed.
`
}

/** `README.md` of a project with a knowledge base. */
export function ragReadme(name: string, ending: 'ts' | 'mts'): string {
  return `# ${name}

\`pipelines/index.${ending}\` cuts the documents in \`handbook/\` into passages and stores them as vectors in \`kb/\`.
\`pipelines/answers.${ending}\` answers the questions in \`data/questions.csv\` from these passages and writes
\`out/answers.jsonl\`, in which each answer names the passages that support it.

    npm install
    npx maestro run index
    npx maestro run answers

Put your own documents into \`handbook/\` and run \`index\` again. The settings are in \`maestro.config.${ending}\`; choose a
larger model there for better answers. More to try:

    npx maestro preview answers    # a few rows before and after each step; nothing is written
    npx maestro plugins ai.rag     # the options of a step
    npx maestro doctor             # is everything in order?
    npm run check                  # wrong columns, options and names, found by TypeScript

\`maestro-env.d.ts\` is written by \`maestro types\` and tells the editor what the plugins bring; it may be committed. Runs are
kept in \`.maestro/\`, which holds rows and is not committed.
`
}
