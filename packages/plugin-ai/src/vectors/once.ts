/** What all rows need: made when the first one asks for it, and again only after a failure. */
export class Once<Context, Result> {
  readonly #make: (context: Context) => Promise<Result>
  #made: Promise<Result> | undefined

  constructor(make: (context: Context) => Promise<Result>) {
    this.#make = make
  }

  /** @throws what making it throws */
  async get(context: Context): Promise<Result> {
    this.#made ??= this.#make(context)
    try {
      return await this.#made
    } catch (error) {
      this.#made = undefined
      throw error
    }
  }
}
