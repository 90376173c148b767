import { renameSync, writeFileSync } from 'node:fs'
import { pricesOf, scaled, withoutNothing } from './model-prices.js'

/** @typedef {Record<string, any>} Given What the table of litellm says about a model. */

/** The providers of litellm by ours, with the part of a model's name that is not the provider's own. */
const providers = {
  anthropic: { from: /^anthropic$/, prefix: '' },
  openai: { from: /^openai$/, prefix: '' },
  google: { from: /^gemini$/, prefix: 'gemini/' },
  'google-vertex': { from: /^vertex_ai(-|$)/, prefix: 'vertex_ai/' },
  mistral: { from: /^mistral$/, prefix: 'mistral/' },
  'amazon-bedrock': { from: /^bedrock(_converse)?$/, prefix: '' },
  groq: { from: /^groq$/, prefix: 'groq/' },
  cohere: { from: /^cohere(_chat)?$/, prefix: 'cohere/' },
  xai: { from: /^xai$/, prefix: 'xai/' },
  deepseek: { from: /^deepseek$/, prefix: 'deepseek/' },
  togetherai: { from: /^together_ai$/, prefix: 'together_ai/' },
  fireworks: { from: /^fireworks_ai$/, prefix: 'fireworks_ai/' },
}
const modes = new Set(['chat', 'responses', 'completion', 'embedding'])

/**
 * The models of our providers, by provider and name.
 *
 * @param {Record<string, Given>} given
 * @returns {Record<string, Record<string, object>>}
 */
export function modelsByProvider(given) {
  return Object.fromEntries(
    Object.entries(providers).map(([provider, { from, prefix }]) => {
      const models = Object.entries(given)
        .filter(([, { litellm_provider: name = '', mode }]) => from.test(name) && modes.has(mode))
        // The prices of single regions.
        .filter(([name]) => !name.startsWith('bedrock/'))
        .map(([key, model]) => ({ name: key.startsWith(prefix) ? key.slice(prefix.length) : key, key, model }))
        .sort((one, other) => (one.name < other.name ? -1 : 1))
      return [provider, Object.fromEntries(models.map(({ name, key, model }) => [name, factsOf(model, given, key)]))]
    }),
  )
}

/** @param {Given} model @param {Record<string, Given>} given @param {string} key */
function factsOf(model, given, key) {
  // These search on their own, which has a price for each search.
  const prices = /-search-|deep-research/.test(key) ? undefined : pricesOf(model)
  return withoutNothing({
    ...prices,
    regions: prices === undefined ? undefined : regionsOf(model, prices, given, key),
    offPeak: prices === undefined || model.off_peak_pricing === undefined ? undefined : true,
    contextTokens: typeof model.max_input_tokens === 'number' ? model.max_input_tokens : undefined,
    images: model.mode === 'embedding' ? undefined : model.supports_vision === true,
    sampling: model.supports_sampling_params === false ? false : undefined,
    retires: model.deprecation_date,
  })
}

/**
 * The prices in regions where they differ. The region `*` is every one but `global`.
 *
 * @param {Given} model @param {Record<string, any>} prices @param {Record<string, Given>} given @param {string} key
 */
function regionsOf({ regional_endpoint_uplift_multiplier: uplift }, { batch: _, tiers, ...prices }, given, key) {
  if (uplift !== undefined) {
    const others = Object.entries(tiers ?? {}).map(([name, tier]) => [name, scaled(tier, uplift)])
    const all = { ...scaled(prices, uplift), tiers: others.length === 0 ? undefined : Object.fromEntries(others) }
    return { '*': withoutNothing(all) }
  }
  const regions = Object.keys(given).flatMap((name) => {
    const region = /^bedrock\/([a-z-]+-\d)\//.exec(name)?.[1]
    if (region === undefined || name !== `bedrock/${region}/${key}`) return []
    const { batch: _, tiers: __, ...own } = pricesOf(given[name] ?? {}) ?? {}
    return own.input === undefined || (own.input === prices.input && own.output === prices.output)
      ? []
      : [[region, own]]
  })
  return regions.length === 0 ? undefined : Object.fromEntries(regions)
}

/**
 * Writes tables with one model a line: all of them, or none if one cannot be written.
 *
 * @param {readonly (readonly [file: string, table: Table])[]} tables
 */
export function writeTables(tables) {
  for (const [file, table] of tables) writeFileSync(`${file}.new`, textOf(table))
  for (const [file, { providers }] of tables) {
    renameSync(`${file}.new`, file)
    console.log(`${Object.values(providers).flatMap(Object.keys).length} models written to ${file}`)
  }
}

/**
 * @typedef {{ date: string, source: string, providers: Record<string, Record<string, object>> }} Table
 * @param {Table} table
 */
function textOf({ date, source, providers }) {
  const lines = Object.entries(providers).map(
    ([provider, known]) =>
      `    ${JSON.stringify(provider)}: {\n${Object.entries(known)
        .map(([name, model]) => `      ${JSON.stringify(name)}: ${JSON.stringify(model)}`)
        .join(',\n')}\n    }`,
  )
  const head = `{\n  "date": ${JSON.stringify(date)},\n  "source": ${JSON.stringify(source)},\n`
  return `${head}  "providers": {\n${lines.join(',\n')}\n  }\n}\n`
}
