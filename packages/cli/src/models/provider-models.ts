import { cliError } from '../errors.js'
import { textTable } from '../plan/text-table.js'
import type { Style } from '../terminal/style.js'
import { importModels } from './import-models.js'
import { meantProvider } from './meant-provider.js'

/** What is known about a model of a provider. Prices are in dollars per million tokens. */
export interface ProviderModel {
  readonly input?: number
  readonly output?: number
  readonly cachedInput?: number
  readonly cacheWriteInput?: number
  readonly batch?: { readonly input: number; readonly output?: number }
  readonly longPrompts?: readonly object[]
  readonly tiers?: Readonly<Record<string, object>>
  readonly contextTokens?: number
  readonly retires?: string
}

/** The models of one provider, with the date and the source of what is known. */
export interface ProviderModels {
  readonly provider: string
  readonly date: string
  readonly source: string
  readonly models: Readonly<Record<string, ProviderModel>>
}

interface KnownModels {
  readonly date: string
  readonly source: string
  readonly providers: Readonly<Record<string, Readonly<Record<string, ProviderModel>>>>
}

/**
 * The known models of a provider, from the table of plugin-ai-sdk.
 *
 * @throws MAESTRO_CLI_PLUGINS_MISSING, MAESTRO_CLI_PROVIDER_UNKNOWN
 */
export async function loadProviderModels(provider: string, config?: string): Promise<ProviderModels> {
  const { knownModels } = (await importModels('@maestro-dataflow/plugin-ai-sdk', config)) as {
    readonly knownModels: KnownModels
  }
  const { date, source, providers } = knownModels
  const models = Object.hasOwn(providers, provider) ? providers[provider] : undefined
  if (models !== undefined) return { provider, date, source, models }
  const known = Object.keys(providers)
  throw cliError('MAESTRO_CLI_PROVIDER_UNKNOWN', { provider, known, suggestion: meantProvider(provider, known) })
}

/** The models as a table for people. */
export function renderProviderModels({ date, source, models }: ProviderModels, width: number, style: Style): string {
  const rows = Object.entries(models).map(([name, model]) => [
    name,
    `${dollars(model.input)}${model.longPrompts === undefined ? '' : '+'}`,
    dollars(model.output),
    dollars(model.cachedInput),
    [model.batch?.input, model.batch?.output].map(dollars).filter(Boolean).join(' / '),
    model.contextTokens?.toLocaleString('en') ?? '',
    model.retires ?? '',
  ])
  const [head = '', ...lines] = textTable(
    [['model', 'input', 'output', 'cached', 'batch', 'context', 'retires'], ...rows],
    width,
  )
  const notes = [
    `Dollars per million tokens, as of ${date}, from ${source}`,
    'Long prompts of models with a + cost more. --json shows all prices, also those of tiers and regions.',
  ]
  return `${[style.bold(head), ...lines, '', ...notes].join('\n')}\n`
}

const dollars = (price: number | undefined): string => (price === undefined ? '' : `$${price}`)
