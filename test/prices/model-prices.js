/**
 * @typedef {Record<string, any>} Given What the table of litellm says about a model.
 * @typedef {Record<string, any>} Prices Prices in dollars per million tokens, in the form of `Price` of core.
 */

/** The names of litellm for the parts of a price. */
const parts = {
  input: 'input_cost_per_token',
  output: 'output_cost_per_token',
  cachedInput: 'cache_read_input_token_cost',
  cacheWriteInput: 'cache_creation_input_token_cost',
  longCacheWriteInput: 'cache_creation_input_token_cost_above_1hr',
  reasoning: 'output_cost_per_reasoning_token',
  imageInput: 'input_cost_per_image_token',
  audioInput: 'input_cost_per_audio_token',
}

/** Tiers of service that are not the usual one. */
const tierNames = ['flex', 'priority', 'balanced', 'ultrafast']

/**
 * The prices of a model: of its tokens, of long prompts, of batches, of other tiers, and of regions. Undefined if the
 * prices of its tokens are not known.
 *
 * @param {Given} given
 * @returns {Prices | undefined}
 */
export function pricesOf(given) {
  const usual = suffixed(given, '')
  if (!isWhole(usual, given.mode) || given.input_cost_per_request > 0) return undefined
  const base = withoutNothing({ ...usual, longPrompts: longPromptsOf(given, '', usual) })
  const factors = factorsOf(given)
  const named = tierNames.flatMap((name) => {
    const tier = tierOf(given, name, base)
    return tier === undefined ? [] : [[name, tier]]
  })
  const multiples = Object.entries(factors).map(([name, factor]) => [name, scaled(base, factor)])
  const tiers = Object.fromEntries([...named, ...multiples])
  return withoutNothing({
    ...base,
    batch: tierOf(given, 'batches', base),
    tiers: Object.keys(tiers).length === 0 ? undefined : tiers,
  })
}

/**
 * What an answer costs as a multiple of the price if the reply states it: the place `us`, the speed `fast`, or both.
 *
 * @param {Given} given
 * @returns {Record<string, number>}
 */
function factorsOf({ provider_specific_entry: { us, fast } = {} }) {
  const single = withoutNothing({ us, fast })
  return us === undefined || fast === undefined ? single : { ...single, 'fast us': us * fast }
}

/**
 * Whether the prices of all tokens are known. A model that costs nothing is one whose price is not known, and so is a
 * chat model whose answers cost nothing.
 *
 * @param {Prices} prices @param {string} mode
 */
function isWhole({ input, output }, mode) {
  if (!(input > 0)) return false
  return mode === 'embedding' || output > 0
}

/** @param {Given} given @param {string} suffix @returns {Prices} */
function suffixed(given, suffix) {
  const prices = Object.entries(parts).map(
    ([name, field]) => /** @type {const} */ ([name, perMillion(given[`${field}${suffix}`])]),
  )
  // Where writes are said to cost nothing, they are input like all other tokens.
  return withoutNothing(Object.fromEntries(prices.filter(([name, price]) => price !== 0 || !/cacheWrite/i.test(name))))
}

/**
 * The prices of long prompts. What they do not state costs as much more as the input does.
 *
 * @param {Given} given @param {string} suffix @param {Prices} usual
 */
function longPromptsOf(given, suffix, usual) {
  const pattern = new RegExp(`^${parts.input}_above_(\\d+)k_tokens${suffix}$`)
  const steps = Object.keys(given)
    .flatMap((field) => {
      const thousands = pattern.exec(field)?.[1]
      if (thousands === undefined) return []
      const prices = suffixed(given, `_above_${thousands}k_tokens${suffix}`)
      return [{ above: Number(thousands) * 1000, ...relativeTo(usual, prices) }]
    })
    .sort((one, other) => one.above - other.above)
  return steps.length === 0 ? undefined : steps
}

/** @param {Given} given @param {string} name @param {Prices} base @returns {Prices | undefined} */
function tierOf(given, name, base) {
  const prices = suffixed(given, `_${name}`)
  if (prices.input === undefined) return undefined
  const { longPrompts, ...usual } = base
  const tier = relativeTo(usual, prices)
  const own = longPromptsOf(given, `_${name}`, tier)
  const inherited = longPrompts === undefined ? undefined : scaled(base, prices.input / base.input).longPrompts
  return withoutNothing({ ...tier, longPrompts: own ?? inherited })
}

/**
 * Prices with the parts that they lack, in the relation of those that they have to the usual ones.
 *
 * @param {Prices} usual @param {Prices} prices
 */
const relativeTo = (usual, prices) => ({ ...scaled(usual, prices.input / usual.input), ...prices })

/** @param {Prices} prices @param {number} factor @returns {Prices} */
export function scaled({ longPrompts, ...prices }, factor) {
  const known = Object.entries(prices).filter(([name]) => Object.hasOwn(parts, name))
  const multiplied = Object.fromEntries(known.map(([name, price]) => [name, rounded(price * factor)]))
  return withoutNothing({
    ...multiplied,
    longPrompts: longPrompts?.map((/** @type {Prices} */ step) => ({ above: step.above, ...scaled(step, factor) })),
  })
}

/** Without the noise of floating point. @param {number} price */
const rounded = (price) => Number(price.toPrecision(6))

/** @param {unknown} perToken */
const perMillion = (perToken) => (typeof perToken === 'number' && perToken >= 0 ? rounded(perToken * 1e6) : undefined)

/** @param {Record<string, any>} entries */
export const withoutNothing = (entries) =>
  Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined))
