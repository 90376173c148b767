/** Creates a value that all rows share when the first row needs it, and again only after a failure. */
export class Once<Context, Result> {
  readonly #make: (context: Context) => Promise<Result>
  #made: Promise<Result> | undefined

  constructor(make: (context: Context) => Promise<Result>) {
    this.#make = make
  }

  /** @throws the errors of the function that creates it */
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
