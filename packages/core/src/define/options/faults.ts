/*
 * The compiler errors of a pipeline: the compiler prints the name of one of these types with the wrong input and the
 * valid names. No value has such a type.
 */

/** No operator, source, or sink has this name. */
export interface NoSuchName<Name, DidYouMean> {
  readonly name: Name
  readonly didYouMean: DidYouMean
}

/** The prompt has a variable that is not a column here. */
export interface NoSuchColumn<Variable, DidYouMean> {
  readonly variable: Variable
  readonly didYouMean: DidYouMean
}

/** An operator's definition names an option that it does not have. */
export interface NoSuchOption<Name, Options> {
  readonly option: Name
  readonly options: Options
}

/** The option cannot be given together with another one. */
export interface NotBeside<Other> {
  readonly other: Other
}

/** The names that differ in one letter; otherwise those of the same plugin; otherwise an instruction. */
export type DidYouMean<Given, Known> = [Known] extends [never]
  ? 'No types of plugins are loaded: run `maestro types`'
  : Suggestion<Given, Known, Near<Given, Known>>
type Suggestion<Given, Known, Nearest> = [Nearest] extends [never]
  ? OfPlugin<Given extends `${infer Plugin}.${string}` ? Extract<Known, `${Plugin}.${string}`> : never>
  : Nearest
type OfPlugin<Names> = [Names] extends [never]
  ? 'None is near. Is its plugin in the config? Run `maestro types`'
  : Names

/** The names that differ in one letter, or all names. */
export type NearestOrAll<Given, Known> = [Near<Given, Known>] extends [never] ? Known : Near<Given, Known>

type Near<Given, Known> = Known extends string ? (IsNear<Given, Known> extends true ? Known : never) : never
/** Whether two texts differ in one letter: a changed, an added, or a missing one. */
type IsNear<A, B> = A extends `${infer X}${infer RestA}`
  ? B extends `${infer Y}${infer RestB}`
    ? X extends Y
      ? IsNear<RestA, RestB>
      : RestA extends RestB | B
        ? true
        : A extends RestB
          ? true
          : IsSwapped<RestA, RestB, X, Y>
    : IsOneLetter<A>
  : IsOneLetter<B>
type IsOneLetter<Rest> = Rest extends `${infer _}${infer More}` ? (More extends '' ? true : false) : true
type IsSwapped<RestA, RestB, X, Y> = RestA extends `${infer First}${infer TailA}`
  ? RestB extends `${infer Second}${infer TailB}`
    ? [First, Second, TailA] extends [Y, X, TailB]
      ? true
      : false
    : false
  : false
