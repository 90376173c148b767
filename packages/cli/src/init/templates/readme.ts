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
