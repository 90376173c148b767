// How long the command takes before it works: beside bare Node, and which AI libraries a plain pipeline loads.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { median, round, sized } from './measure.js'

const root = join(import.meta.dirname, '..')
const bin = join(root, 'packages/cli/bin/maestro.js')

export function bench() {
  const folder = mkdtempSync(join(tmpdir(), 'maestro-bench-'))
  try {
    makeProject(folder)
    const measured = {
      node_ms: ['-e', '0'],
      version_ms: [bin, '--version'],
      plan_ms: [bin, 'plan', 'plain'],
      run_plain_ms: [bin, 'run', 'plain', '--overwrite'],
    }
    const times = Object.fromEntries(Object.keys(measured).map((name) => [name, []]))
    // In turn, so that a machine whose speed drifts treats them alike; the first round fills Node's compile cache.
    for (let turn = 0; turn < sized(11, 2); turn++)
      for (const [name, args] of Object.entries(measured)) {
        const taken = milliseconds(args, folder)
        if (turn > 0) times[name].push(taken)
      }
    const figures = Object.fromEntries(Object.entries(times).map(([name, values]) => [name, round(median(values), 0)]))
    return { ...figures, loaded_ai_modules: countAiModules(folder) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A project that has AI plugins and servings in its config and a pipeline that uses none. */
function makeProject(folder) {
  mkdirSync(join(folder, 'pipelines'))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  writeFileSync(
    join(folder, 'maestro.config.ts'),
    `export default {
      plugins: ['@maestro-dataflow/plugin-fs', '@maestro-dataflow/plugin-ai', '@maestro-dataflow/plugin-local'],
      servings: { default: { use: 'local.chat', model: 'smollm2-135m-instruct' } },
      pipelines: 'pipelines/*.ts',
    }`,
  )
  writeFileSync(
    join(folder, 'pipelines/plain.ts'),
    `import { pipeline } from '@maestro-dataflow/core'
    export default pipeline('plain').read('fs.file', { path: 'in.csv', columns: ['n'] })
      .map((row) => ({ ...row, twice: Number(row.n) * 2 })).write('fs.file', { path: 'out.jsonl' })`,
  )
  writeFileSync(join(folder, 'in.csv'), `n\n${Array.from({ length: 10 }, (_, n) => n).join('\n')}\n`)
}

function milliseconds(args, cwd) {
  const started = performance.now()
  const { status, stderr } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return performance.now() - started
}

/** Modules of model libraries and of plugins that bring models, among all that a plain run loads. */
function countAiModules(folder) {
  const list = join(folder, 'loaded.txt')
  writeFileSync(
    join(folder, 'list-loaded.mjs'),
    `import { appendFileSync } from 'node:fs'
    import { registerHooks } from 'node:module'
    registerHooks({ load(url, context, next) { appendFileSync(${JSON.stringify(list)}, url + '\\n'); return next(url, context) } })`,
  )
  const args = ['--import', join(folder, 'list-loaded.mjs'), bin, 'run', 'plain', '--overwrite']
  milliseconds(args, folder)
  const loaded = spawnSync('cat', [list], { encoding: 'utf8' }).stdout.trim().split('\n')
  if (!loaded.some((url) => url.includes('plugin-fs'))) throw new Error('the list of modules is not whole')
  return loaded.filter((url) => /node-llama-cpp|transformers|onnxruntime|openai|ollama|plugin-(ai|local)/.test(url))
    .length
}
