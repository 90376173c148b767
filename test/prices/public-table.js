import { modelsByProvider } from './model-table.js'

/** @typedef {Record<string, Record<string, { input?: number }>>} Providers Models by provider and name. */

/**
 * Reads the public table. A table that is damaged, or has changed its form, is refused before anything is written.
 *
 * @param {string} text
 * @param {Providers} known The models of the present table, by provider.
 * @returns {Providers}
 * @throws Error that says what is wrong with the table
 */
export function readPublicTable(text, known) {
  const given = parsed(text)
  const entries = Object.entries(given).filter(([, model]) => isObject(model))
  const providers = /** @type {Providers} */ (modelsByProvider(Object.fromEntries(entries)))
  for (const [provider, models] of Object.entries(known)) {
    const [before, now] = [pricedIn(models), pricedIn(providers[provider] ?? {})]
    if (now < before / 2)
      throw refused(`it has ${now} models of ${provider} with prices, where the present one has ${before}`)
  }
  return providers
}

/** @param {string} text @returns {Record<string, any>} */
function parsed(text) {
  let given
  try {
    given = JSON.parse(text)
  } catch (error) {
    throw refused(`it is not JSON: ${/** @type {Error} */ (error).message}`)
  }
  if (!isObject(given)) throw refused('it is not an object of models')
  return given
}

/** @param {Record<string, { input?: number }>} models */
const pricedIn = (models) => Object.values(models).filter(({ input }) => input !== undefined).length

/** @param {unknown} value */
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)

/** @param {string} reason */
const refused = (reason) =>
  new Error(`The public table of prices cannot be used, and the present tables stay as they are: ${reason}.`)
