type AnyFunction = (...parameters: unknown[]) => unknown

/** The methods that take a language, by their owner, with the place of the language among their parameters. */
const methods: readonly (readonly [owner: object, name: string, place: number])[] = [
  [Number.prototype, 'toLocaleString', 0],
  [BigInt.prototype, 'toLocaleString', 0],
  [Date.prototype, 'toLocaleString', 0],
  [Date.prototype, 'toLocaleDateString', 0],
  [Date.prototype, 'toLocaleTimeString', 0],
  [String.prototype, 'toLocaleUpperCase', 0],
  [String.prototype, 'toLocaleLowerCase', 0],
  [String.prototype, 'localeCompare', 1],
]
const formats = [
  'Collator',
  'DateTimeFormat',
  'ListFormat',
  'NumberFormat',
  'PluralRules',
  'RelativeTimeFormat',
  'Segmenter',
]

/** Does some work while another language than that of the machine is used where none is given. */
export async function withLanguage<Result>(language: string, work: () => Promise<Result>): Promise<Result> {
  const replaced: (() => void)[] = []
  const replace = (owner: object, name: string, make: (known: AnyFunction) => unknown) => {
    const before = Object.getOwnPropertyDescriptor(owner, name)
    if (before === undefined) return
    Object.defineProperty(owner, name, { ...before, value: make(before.value as AnyFunction) })
    replaced.push(() => Object.defineProperty(owner, name, before))
  }
  const chosen = (parameters: readonly unknown[], place: number) =>
    parameters[place] === undefined
      ? [...parameters.slice(0, place), language, ...parameters.slice(place + 1)]
      : [...parameters]
  for (const [owner, name, place] of methods)
    replace(
      owner,
      name,
      (known) =>
        new Proxy(known, {
          apply: (target, self, parameters) => Reflect.apply(target, self, chosen(parameters, place)),
        }),
    )
  for (const name of formats)
    replace(
      Intl,
      name,
      (known) =>
        new Proxy(known, {
          apply: (target, self, parameters) => Reflect.apply(target, self, chosen(parameters, 0)),
          construct: (target, parameters, made) => Reflect.construct(target, chosen(parameters, 0), made) as object,
        }),
    )
  try {
    return await work()
  } finally {
    for (const restore of replaced) restore()
  }
}
