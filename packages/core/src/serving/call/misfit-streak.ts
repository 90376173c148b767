import { MaestroError } from '../../errors/maestro-error.js'

const misfit: string = 'MAESTRO_SERVING_UNEXPECTED_REPLY'

/** Whether a complete reply was no answer. Such a reply seldom changes, and each one may be charged. */
export const isMisfit = (error: MaestroError): boolean => error.code === misfit

/** Fewer misfits in a row may be due to these requests. */
const most = 8

/**
 * Counts complete replies that are no answers, one after the other. A server that sends nothing else, such as the page of
 * a login, is asked once by each further call.
 */
export class MisfitStreak {
  #length = 0

  get isLong(): boolean {
    return this.#length >= most
  }

  async watch<Result>(call: () => Promise<Result>): Promise<Result> {
    try {
      const result = await call()
      this.#length = 0
      return result
    } catch (error) {
      if (MaestroError.is(error) && isMisfit(error)) this.#length++
      throw error
    }
  }
}
