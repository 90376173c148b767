import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from '@maestro-dataflow/core'
import { maestro } from '@maestro-dataflow/core/runtime'
import fs from '@maestro-dataflow/plugin-fs'
import text from '@maestro-dataflow/plugin-text'
import { reportPeak, reportSeconds } from '../measure.js'

const [input = '', output = '', what = ''] = process.argv.slice(2)
const state = mkdtempSync(join(tmpdir(), 'maestro-bench-state-'))
const project = maestro({ plugins: [fs, text], stateDirectory: state, allowOutsidePaths: true, logLevel: 'silent' })
const source = pipeline('quality').read('fs.file', { path: input, columns: { id: 'string', text: 'string' } })
// The words of the documents mean nothing, so that the limits for natural language are opened.
const limits = { stopWords: { min: 0 }, sentences: { min: 0 }, punctuatedLineRatio: { min: 0 } }
const presets = ['gopher', 'gopher-repetition', 'c4', 'fineweb']
const steps =
  what === 'filter' ? source.step('text.filter', { input: 'text', presets, limits }) : source.map((row) => row)
const started = performance.now()
await project.run(steps.write('fs.file', { path: output, mode: 'overwrite' }))
reportSeconds(started)
await project.dispose()
rmSync(state, { recursive: true, force: true })
reportPeak()
