import { maestroError } from '../../errors/error-table.js'
import { MaestroError } from '../../errors/maestro-error.js'

const misfit: string = 'MAESTRO_SERVING_UNEXPECTED_REPLY'

/** Whether a complete reply was no answer. Such a reply seldom changes, and each one may be charged. */
export const isMisfit = (error: MaestroError): boolean => error.code === misfit

/** Fewer misfits in a row may be due to these requests. */
const most = 8

/** So many pages before the first answer are those of an address that is no API. */
const mostPages = 3

/**
 * Counts complete replies that are no answers, one after the other. A server that sends nothing else is asked once by
 * each further call. One that sends nothing but pages from the beginning, such as that of a login, is no API.
 */
export class MisfitStreak {
  #length = 0
  #hasAnswered = false

  get isLong(): boolean {
    return this.#length >= most
  }

  async watch<Result>(call: () => Promise<Result>): Promise<Result> {
    try {
      const result = await call()
      this.#length = 0
      this.#hasAnswered = true
      return result
    } catch (error) {
      if (!MaestroError.is(error) || !isMisfit(error)) throw error
      this.#length++
      const isNoApi = error.details.isPage === true && !this.#hasAnswered && this.#length >= mostPages
      throw isNoApi ? noApi(error) : error
    }
  }
}

function noApi({ details }: MaestroError): MaestroError {
  const reason = `its address does not answer with JSON, but with a page: ${details.reason}`
  const fix =
    'Check the address of the serving (`baseUrl`, `host`, or `baseURL` in its `options`). That of an API usually ends with a version, such as /v1.'
  return maestroError('MAESTRO_SERVING_NOT_FOUND', { serving: String(details.serving), reason, fix })
}
