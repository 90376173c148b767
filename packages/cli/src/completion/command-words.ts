/** A command as the completion sees it. */
export interface CommandWords {
  readonly name: string
  readonly commands: readonly CommandWords[]
  readonly options: readonly { readonly names: readonly string[]; readonly takesValue: boolean }[]
  /** The names of its arguments. */
  readonly parameters: readonly string[]
}
