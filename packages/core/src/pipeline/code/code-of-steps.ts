import { Operator } from '../../contracts/operator.js'
import type { CompiledPipeline, CompiledStep } from '../compile/compiled-pipeline.js'
import { CodeOfFunctions, type FunctionCode } from './code-of-functions.js'
import { type CodeParts, hashOfText, moduleHashes } from './module-hashes.js'

/** Where the code of a project is. */
export interface CodePlaces {
  readonly directory: string
  /** The file of the config; undefined for one in code. */
  readonly config: string | undefined
  /** The file of the pipeline; undefined for one in code. */
  readonly pipeline: string | undefined
  /** Where the operators of a plugin come from. */
  pluginOf(operator: string):
    | {
        readonly name: string
        readonly version: string | undefined
        readonly origin: 'package' | 'file' | 'inline'
        readonly path: string | undefined
      }
    | undefined
}

/** A pipeline that knows which code its steps use. */
export function withCode(compiled: CompiledPipeline, places: CodePlaces): CompiledPipeline {
  const { pipeline, config, directory } = places
  const inPipeline = pipeline === undefined ? undefined : new CodeOfFunctions(pipeline, directory)
  const inConfig = config === undefined ? undefined : new CodeOfFunctions(config, directory)
  const code = new Map<string, CodeParts>()
  const warnings: { readonly message: string; readonly step: string }[] = []
  const { node: source } = compiled.source
  const ofSource = inPipeline?.behind(functionsIn('rows' in source ? source.rows : source.options)) ?? nothing
  if (Object.keys(ofSource.parts).length > 0) code.set('source', ofSource.parts)
  for (const [id, step] of compiled.steps) {
    const own = inPipeline?.behind(functionsOf(step)) ?? nothing
    const contributed = codeOfOperator(step, places, inConfig)
    const parts = { ...own.parts, ...contributed.parts }
    if (Object.keys(parts).length > 0) code.set(id, parts)
    for (const file of new Set([...own.unseen, ...contributed.unseen]))
      warnings.push({
        step: id,
        message: `${id} uses ${file}, which computes what it imports: neither a resumed run nor workers on other machines see a change to that. Give the step a version.`,
      })
  }
  if (code.size === 0) return compiled
  const { plan } = compiled
  return { ...compiled, code, plan: { ...plan, warnings: [...plan.warnings, ...warnings] } }
}

const nothing: FunctionCode = { parts: {}, unseen: [] }

/** The code of an operator without a version: that of the project, or the version of its package. */
function codeOfOperator(
  { definition, node, planned }: CompiledStep,
  { pluginOf, directory }: CodePlaces,
  inConfig: CodeOfFunctions | undefined,
): FunctionCode {
  if (definition === undefined || typeof node.use !== 'string' || definition.version !== undefined) return nothing
  const plugin = pluginOf(planned.use)
  if (plugin?.origin === 'file' && plugin.path !== undefined)
    return { parts: moduleHashes(plugin.path, directory), unseen: [] }
  const version = plugin?.version === undefined ? {} : { [`the package ${plugin.name}`]: plugin.version }
  if (plugin?.origin !== 'inline') return { parts: version, unseen: [] }
  const found = functionsIn(definition)
  const own = Object.fromEntries(
    found.map((one, index) => [`the code of ${planned.use} (${index})`, hashOfText(String(one))]),
  )
  const { parts, unseen } = inConfig?.behind(found) ?? nothing
  return { parts: { ...version, ...own, ...parts }, unseen }
}

/** The functions of a step that the pipeline has made: a version of the step stands for them. */
function functionsOf({ node: { use, options, where } }: CompiledStep): readonly unknown[] {
  const given = [...functionsIn(options), ...functionsIn(where)]
  if (typeof use === 'string') return given
  if (use instanceof Operator) return [...given, ...classesOf(use)]
  if (use.version !== undefined) return given
  return [...given, ...('run' in use ? [use.run] : functionsIn(use))]
}

/** The functions in options, which are data and functions. A long list is data. */
function functionsIn(value: unknown): readonly unknown[] {
  if (typeof value === 'function') return [value]
  if (typeof value !== 'object' || value === null) return []
  const prototype = Object.getPrototypeOf(value)
  if (Array.isArray(value)) return value.slice(0, 100).flatMap(functionsIn)
  return prototype === Object.prototype || prototype === null ? Object.values(value).flatMap(functionsIn) : []
}

function classesOf(operator: Operator): readonly unknown[] {
  const found: unknown[] = []
  for (let one = operator.constructor; one !== Operator && one.name !== ''; one = Object.getPrototypeOf(one))
    found.push(one)
  return found
}
