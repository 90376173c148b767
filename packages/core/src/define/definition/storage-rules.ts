import type { SinkDefinition } from '../../contracts/sink.js'
import type { SourceDefinition } from '../../contracts/source.js'
import type { StorageDefinition } from '../../contracts/storage.js'
import type { DefinitionRules } from './assert-definition.js'
import { anything, fields, flag, functionLike, isPlainObject, name, type Rule, text } from './rule.js'

const page = 'docs/plugins/storage.md'
const refine = functionLike('({ min, max }, { addIssue }) => { ... }')
const check = functionLike('async (options, { directory }) => []')

export const sourceRules: DefinitionRules<keyof SourceDefinition | 'refine'> = {
  kind: 'a source',
  page,
  required: ['options', 'columns', 'open'],
  properties: {
    options: fields,
    refine,
    row: anything,
    columns: functionLike("() => ({ columns: { name: 'string' }, open: false })"),
    optionalColumns: flag,
    describeColumns: functionLike('async (options, { directory }) => ({ columns, open: false })'),
    inferOptions: functionLike('async (options, { directory, rows }) => ({ options: {} })'),
    inputs: functionLike('async ({ path }) => [path]'),
    open: functionLike('(options, { directory, signal }) => ({ async *read() {} })'),
    check,
    shape: anything,
  },
}

export const sinkRules: DefinitionRules<keyof SinkDefinition | 'refine'> = {
  kind: 'a sink',
  page,
  required: ['options', 'open'],
  properties: {
    options: fields,
    refine,
    takesJsonLines: functionLike('(options) => true'),
    target: functionLike('({ path }) => path'),
    identify: functionLike('async ({ path }, { directory }, { files }) => undefined'),
    open: functionLike('(options, { directory, signal }) => ({ write, commit, abort })'),
    continues: functionLike('(options) => true'),
    mergeable: functionLike('async (options, { directory }) => ({ exists, rows })'),
    findReceipt: functionLike('async (options, { directory }, { run, sink }) => undefined'),
    findCheckpoint: functionLike('async (options, { directory }, { run, sink }) => undefined'),
    check,
    shape: anything,
  },
}

function side(define: string): Rule {
  return {
    expected: `what ${define} returns`,
    holds: (value) => isPlainObject(value) && typeof value.open === 'function' && Object.hasOwn(value, 'shape'),
  }
}

export const storageRules: DefinitionRules<keyof StorageDefinition> = {
  kind: 'a storage',
  page,
  required: ['name'],
  properties: {
    name: name('acme.file'),
    description: text,
    source: side('defineSource'),
    sink: side('defineSink'),
    probe: functionLike("async (options, { directory }) => 'reached'"),
  },
}
