// Writes the table of models of plugin-ai-sdk from the one that the Python package litellm ships (MIT licence). Prices
// are facts; run this before a release: node test/update-prices.js
import { execFileSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const target = join(import.meta.dirname, '../packages/plugin-ai-sdk/src/models.json')
const table = 'model_prices_and_context_window_backup.json'

/** The providers of litellm by ours, with the part of a model's name that is not the provider's own. */
const providers = {
  anthropic: { from: ['anthropic'], prefix: '' },
  openai: { from: ['openai'], prefix: '' },
  google: { from: ['gemini'], prefix: 'gemini/' },
  'google-vertex': { from: ['vertex_ai', 'vertex_ai-language-models'], prefix: 'vertex_ai/' },
  mistral: { from: ['mistral'], prefix: 'mistral/' },
  'amazon-bedrock': { from: ['bedrock', 'bedrock_converse'], prefix: '' },
  groq: { from: ['groq'], prefix: 'groq/' },
  cohere: { from: ['cohere', 'cohere_chat'], prefix: 'cohere/' },
  xai: { from: ['xai'], prefix: 'xai/' },
  deepseek: { from: ['deepseek'], prefix: 'deepseek/' },
  togetherai: { from: ['together_ai'], prefix: 'together_ai/' },
  fireworks: { from: ['fireworks_ai'], prefix: 'fireworks_ai/' },
}
const modes = new Set(['chat', 'responses', 'completion', 'embedding'])

/** Dollars per million tokens, without the noise of floating point. @param {number | undefined} perToken */
const perMillion = (perToken) => (perToken === undefined ? undefined : Number((perToken * 1e6).toPrecision(6)))

/** The prices of another tier of service. @param {Record<string, any>} given @param {string} name */
function tier(given, name) {
  const [input, output] = [given[`input_cost_per_token_${name}`], given[`output_cost_per_token_${name}`]]
  return input === undefined ? undefined : { input: perMillion(input), output: perMillion(output) }
}

/** @param {Record<string, any>} given */
function facts(given) {
  // A model that costs nothing at all is one whose price is not known.
  const isPriced = given.input_cost_per_token > 0 || given.output_cost_per_token > 0
  const price = isPriced
    ? {
        input: perMillion(given.input_cost_per_token),
        output: perMillion(given.output_cost_per_token),
        cachedInput: perMillion(given.cache_read_input_token_cost),
        cacheWriteInput: perMillion(given.cache_creation_input_token_cost),
        reasoning: perMillion(given.output_cost_per_reasoning_token),
        imageInput: perMillion(given.input_cost_per_image_token),
        audioInput: perMillion(given.input_cost_per_audio_token),
        batch: tier(given, 'batches'),
        flex: tier(given, 'flex'),
        priority: tier(given, 'priority'),
      }
    : {}
  const entries = {
    ...price,
    contextTokens: typeof given.max_input_tokens === 'number' ? given.max_input_tokens : undefined,
    images: given.mode === 'embedding' ? undefined : given.supports_vision === true,
    sampling: given.supports_sampling_params === false ? false : undefined,
    retires: given.deprecation_date,
  }
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined))
}

const folder = mkdtempSync(join(tmpdir(), 'prices-'))
try {
  execFileSync('pip', ['download', 'litellm', '--no-deps', '--quiet', '--dest', folder], { stdio: 'inherit' })
  const [wheel = ''] = globSync('*.whl', { cwd: folder })
  execFileSync('python3', ['-m', 'zipfile', '-e', join(folder, wheel), folder])
  /** @type {Record<string, Record<string, any>>} */
  const given = JSON.parse(readFileSync(join(folder, 'litellm', table), 'utf8'))
  const models = Object.fromEntries(
    Object.entries(providers).map(([provider, { from, prefix }]) => [
      provider,
      Object.fromEntries(
        Object.entries(given)
          .filter(([, { litellm_provider, mode }]) => from.includes(litellm_provider) && modes.has(mode))
          // The prices of single regions.
          .filter(([name]) => !name.startsWith('bedrock/'))
          .map(([name, model]) => [name.startsWith(prefix) ? name.slice(prefix.length) : name, facts(model)])
          .sort(([one = ''], [other = '']) => (one < other ? -1 : 1)),
      ),
    ]),
  )
  const version = /^litellm-([^-]+)-/.exec(wheel)?.[1]
  const source = `litellm ${version} (${table})`
  const date = new Date().toISOString().slice(0, 10)
  const lines = Object.entries(models).map(
    ([provider, known]) =>
      `    ${JSON.stringify(provider)}: {\n${Object.entries(known)
        .map(([name, model]) => `      ${JSON.stringify(name)}: ${JSON.stringify(model)}`)
        .join(',\n')}\n    }`,
  )
  writeFileSync(
    target,
    `{\n  "date": ${JSON.stringify(date)},\n  "source": ${JSON.stringify(source)},\n  "providers": {\n${lines.join(',\n')}\n  }\n}\n`,
  )
  console.log(`${Object.values(models).flatMap(Object.keys).length} models written to ${target}`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
