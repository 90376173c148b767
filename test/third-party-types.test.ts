// A package of somebody else that registers no types: `maestro types` reads them from its declaration files.
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { maestro, projectTypes, renderTypesFile, typesFileName } from '@maestro-dataflow/core/runtime'
import ts from 'typescript'
import { afterAll, expect, test } from 'vitest'
import { checkTypes } from './docs/check-types.js'
import { createPageFolder, writeSample } from './docs/page-folder.js'

const folder = createPageFolder()
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const operators = `import { column, defineOperator, definePrompt, newColumn, PromptTemplate } from '@maestro-dataflow/core'
import { z } from 'zod'

export const shorten = defineOperator({
  name: 'acme.shorten',
  kind: 'map',
  options: {
    /** The column of the text. */
    input: column('string'),
    length: z.number().default(10),
    output: newColumn('short'),
  },
  adds: { '{output}': 'string' },
  create: ({ input, length, output }) => (row) => ({ ...row, [output]: String(row[input]).slice(0, length) }),
})

export const ask = definePrompt({
  name: 'acme.ask',
  options: { about: column('string') },
  create: ({ about }) => new PromptTemplate(\`What is {{\${about}}}?\`),
})
`
const plugin = `import { definePlugin } from '@maestro-dataflow/core'
import { ask, shorten } from './operators.js'
export { ask, shorten as shortenText } from './operators.js'
export default definePlugin({ name: 'acme', operators: [shorten], prompts: [ask] })
`
const steps = `import { pipeline } from '@maestro-dataflow/core'
const rows = pipeline('p').from([{ id: 1, text: 'a' }])
export const right = rows.step('acme.shorten', { input: 'text' }).map((row) => ({ length: row.short.length }))
export const asked = rows.step('ai.generate', { prompt: { use: 'acme.ask', about: 'text' } })
`

/** Builds the package into node_modules, as its author would. */
function install(): void {
  writeSample(folder, 'acme/operators.ts', operators)
  writeSample(folder, 'acme/index.ts', plugin)
  const contributes = { operators: { 'acme.shorten': 'Shortens' }, prompts: { 'acme.ask': 'Asks' } }
  writeSample(
    folder,
    'node_modules/acme/package.json',
    JSON.stringify({
      ...{ name: 'acme', version: '1.0.0', type: 'module', maestro: { apiVersion: 1, contributes } },
      exports: { types: './dist/index.d.ts', default: './dist/index.js' },
    }),
  )
  const settings: ts.CompilerOptions = {
    ...{ module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2024, strict: true, skipLibCheck: true },
    ...{ declaration: true, rootDir: join(folder, 'acme'), outDir: join(folder, 'node_modules/acme/dist'), types: [] },
  }
  const program = ts.createProgram([join(folder, 'acme/index.ts')], settings)
  expect(ts.getPreEmitDiagnostics(program).map(({ messageText }) => messageText)).toEqual([])
  program.emit()
}

test('its operators and prompts are typed in a pipeline', { timeout: 120_000 }, async () => {
  install()
  const project = maestro({ directory: folder, plugins: ['acme', '@maestro-dataflow/plugin-ai'] })
  const types = await projectTypes(await project.config(), await project.plugins())
  writeFileSync(join(folder, typesFileName), renderTypesFile(types))
  writeSample(folder, 'right.ts', steps)
  writeSample(folder, 'column.ts', steps.replaceAll("'text' }", "'txt' }"))
  writeSample(folder, 'option.ts', steps.replace("input: 'text'", "input: 'text', lenght: 3"))
  const faults = checkTypes(folder)
  expect(faults.get('right.ts')).toEqual([])
  const wrong = faults.get('column.ts')?.join('\n')
  expect(wrong).toMatch(/:3: Type '"txt"' is not assignable to type '"text"'/)
  expect(wrong).toMatch(/PromptReference<[\s\S]*Type '"txt"' is not assignable to type '"text"'/)
  expect(faults.get('option.ts')?.join('\n')).toMatch(/'lenght'.*Did you mean to write 'length'/)
  expect(
    await Array.fromAsync(
      project.rows({
        name: 'p',
        source: { rows: [{ text: 'abcdef' }], columns: { columns: {}, open: true } },
        steps: [{ id: 's', input: 'source', use: 'acme.shorten', options: { input: 'text', length: 2 } }],
        sinks: [],
      }),
    ),
  ).toEqual([{ text: 'abcdef', short: 'ab' }])
})
