import { createLogger } from '../../builtin/logger.js'
import { SecretRedactor } from '../../builtin/secret-redactor.js'
import { TokenContainer } from '../../container/token-container.js'
import { columnNames, withColumnOrder } from '../../contracts/column-order.js'
import { LOGGER } from '../../contracts/logger.js'
import type { OperatorDefinition } from '../../contracts/operator-definition.js'
import { PROJECT } from '../../contracts/project.js'
import type { ColumnSet } from '../../contracts/row.js'
import { SERVINGS, type Servings } from '../../contracts/serving-definition.js'
import type { TableStatement } from '../../contracts/table-engine.js'
import { maestroError } from '../../errors/error-table.js'
import { createLifecycleHooks, isTapped } from '../../hooks/create-hooks.js'
import { tableStatements } from '../../pipeline/compile/prepare-table.js'
import { applyPlugin } from '../../plugins/apply-plugin.js'
import type { DiscoveredPlugin } from '../../plugins/discover-plugins.js'
import { loadPackage } from '../../plugins/discover-plugins.js'
import { Providers } from '../../plugins/providers.js'
import type { Channel } from '../channel.js'
import type { Answers, GivenStep, OperatorFacts, PluginCalls, ProjectCalls } from '../messages.js'
import { sendError } from '../sent-error.js'
import { assertIsolable } from './assert-isolable.js'
import { IsolatedStep } from './isolated-step.js'
import { lentServings } from './lent-servings.js'

type Input<Name extends keyof PluginCalls> = Parameters<PluginCalls[Name]>[0]

/** The plugin's side of the connection: it loads the plugin, and runs its operators. */
export class IsolatedSide {
  readonly #channel: () => Channel<ProjectCalls, PluginCalls>
  readonly #steps = new Map<number, IsolatedStep>()
  #operators: ReadonlyMap<string, OperatorDefinition> = new Map()
  #container = new TokenContainer()
  #plugin = ''
  #last = 0

  constructor(channel: () => Channel<ProjectCalls, PluginCalls>) {
    this.#channel = channel
  }

  readonly answers: Answers<PluginCalls> = {
    load: (input) => this.#load(input),
    options: async (step) => {
      const { definition, options, issues } = await this.#check(step)
      if (issues !== undefined) return { issues }
      return {
        servings: definition.servings?.(options) ?? [],
        batchSize: definition.batchSize?.(options),
        statements: definition.kind === 'table' ? await this.#statements(definition, options) : undefined,
      }
    },
    columns: async (step) => {
      const { definition, options } = await this.#check(step)
      const { adds, renames, ...effects } = (await definition.columns?.(options, columnSet(step))) ?? { opaque: true }
      return {
        ...effects,
        adds:
          adds === undefined ? undefined : columnNames(adds).map((name) => [name, adds[name] ?? 'unknown'] as const),
        renames: renames === undefined ? undefined : Object.entries(renames),
      }
    },
    check: async (step) => {
      const { definition, options } = await this.#check(step)
      const faults = await definition.check?.({ options, columns: columnSet(step), step: step.step })
      return (faults ?? []).map((fault) => sendError(fault, this.#plugin))
    },
    create: (step) => this.#create(step),
    run: (input) => this.#step(input.instance).run(input),
    runWhole: (input) => this.#step(input.instance).runWhole(input, this.#channel()),
    abort: ({ instance }) => this.#steps.get(instance)?.abort(),
    dispose: async ({ instance }) => {
      const step = this.#steps.get(instance)
      this.#steps.delete(instance)
      await step?.dispose()
    },
  }

  async #load({ plugin, folder, otherVersion, options, project }: Input<'load'>) {
    const definition = await loadPackage(plugin, folder, otherVersion)
    const checked = await definition.options?.['~standard'].validate(options ?? {})
    if (checked?.issues !== undefined)
      return { issues: checked.issues.map(({ message, path }) => ({ message, path: path?.map(pathKey) })) }
    const logger = createLogger({ level: 'info', redactor: new SecretRedactor() })
    const hooks = createLifecycleHooks()
    const about = { version: undefined, manifest: undefined, notes: [], options }
    const discovered: DiscoveredPlugin = {
      name: plugin,
      origin: 'package',
      path: folder,
      ...about,
      load: async () => definition,
    }
    const applied = applyPlugin(
      { discovered, definition, options: checked === undefined ? options : checked.value },
      { hooks, logger, access: project },
    )
    applied.observe()
    const names = applied.contributions.names('operators')
    const operators = names.map((name) => applied.contributions.get('operators', name, plugin))
    const providers = new Providers()
    providers.add(plugin, applied.providers)
    this.#container = new TokenContainer(providers)
      .bindValue(LOGGER, logger.child({ plugin }))
      .bindValue(PROJECT, project)
    assertIsolable(plugin, applied.contributions, operators, isTapped(hooks), (token) => this.#container.has(token))
    this.#plugin = plugin
    this.#operators = new Map(operators.map((operator) => [operator.name, operator]))
    return { operators: operators.map(factsOf) }
  }

  /** Checks the options of a step as the pipeline gives them. */
  async #check({ operator, options }: GivenStep) {
    const definition = this.#operators.get(operator)
    if (definition === undefined)
      throw maestroError('MAESTRO_STEP_CONTRACT', { step: operator, fault: 'is not loaded' })
    const result = await definition.options['~standard'].validate(options)
    const issues = result.issues?.map(({ message, path }) => ({ message, path: path?.map(pathKey) }))
    return { definition, options: result.issues === undefined ? result.value : undefined, issues }
  }

  async #create({ servings, ...step }: Input<'create'>): Promise<number> {
    const { definition, options } = await this.#check(step)
    const instance = ++this.#last
    // A value that lives for one run lives for one operator here.
    const scope = this.#container.createScope()
    const lent = lentServings(definition.name, servings, instance, this.#channel)
    const inject = definition.inject ?? []
    const dependencies = inject.map((token) => (token.id === SERVINGS.id ? lent : scope.resolve(token)))
    const created = definition.create(options, dependencies)
    this.#steps.set(instance, new IsolatedStep(this.#plugin, definition, created, scope))
    return instance
  }

  /** A table operator describes its work as data, which the table engine of the project performs. */
  async #statements(definition: OperatorDefinition, options: unknown): Promise<readonly TableStatement[]> {
    const scope = this.#container.createScope()
    try {
      const none: Servings = lentServings(definition.name, [], 0, this.#channel)
      const tokens = definition.inject ?? []
      const dependencies = tokens.map((token) => (token.id === SERVINGS.id ? none : scope.resolve(token)))
      return tableStatements(definition.name, definition.create(options, dependencies))
    } finally {
      await scope.dispose()
    }
  }

  #step(instance: number): IsolatedStep {
    const step = this.#steps.get(instance)
    if (step === undefined)
      throw maestroError('MAESTRO_STEP_CONTRACT', {
        step: `operator ${instance}`,
        fault: 'was disposed before its last row',
      })
    return step
  }
}

function columnSet({ columns, open }: Input<'columns'>): ColumnSet {
  return {
    columns: withColumnOrder(
      Object.fromEntries(columns),
      columns.map(([name]) => name),
    ),
    open,
  }
}

function pathKey(part: PropertyKey | { readonly key: PropertyKey }): string | number {
  const key = typeof part === 'object' ? part.key : part
  return typeof key === 'symbol' ? String(key) : key
}

function factsOf(definition: OperatorDefinition): OperatorFacts {
  const { name, kind, description, version, deterministic, inject = [] } = definition
  const schema = definition.options['~standard'] as {
    jsonSchema?: { input(options: object): Record<string, unknown> }
  }
  return {
    name,
    kind,
    ...(description === undefined ? {} : { description }),
    ...(version === undefined ? {} : { version }),
    ...(deterministic === undefined ? {} : { deterministic }),
    schema: schema.jsonSchema?.input({ target: 'draft-2020-12', libraryOptions: { unrepresentable: 'any' } }),
    checks: definition.check !== undefined,
    asksServings: inject.some((token) => token.id === SERVINGS.id),
  }
}
