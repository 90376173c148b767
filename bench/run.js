// npm run bench -- NAME [--json] [--short]: runs one benchmark; with --json the last line is one JSON object. The short
// form shows that a benchmark still measures; its figures say little.
import { readdirSync } from 'node:fs'

const [name, ...flags] = process.argv.slice(2)
const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.bench.js'))
  .map((file) => file.slice(0, -'.bench.js'.length))
if (name === undefined || !names.includes(name)) {
  console.error(`Usage: npm run bench -- NAME [--json] [--short]\nBenchmarks: ${names.join(', ')}`)
  process.exit(2)
}
if (flags.includes('--short')) process.env.MAESTRO_BENCH_SHORT = '1'
const { bench } = await import(`./${name}.bench.js`)
const figures = await bench(flags)
if (flags.includes('--json')) console.log(JSON.stringify(figures))
else console.table(figures)
