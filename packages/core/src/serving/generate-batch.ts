/** The number of requests that begin before the first is done. The limiter takes care of the provider's limits. */
const ahead = 1024

/** The outcome of the request at a position. */
export type Settled<Result> =
  | { readonly index: number; readonly result: Result }
  | { readonly index: number; readonly error: unknown }

/** Yields results in the order of the requests. @throws the error of the first request, in that order, that failed */
export async function* inInputOrder<Request, Result>(
  requests: Iterable<Request>,
  ask: (request: Request) => Promise<Result>,
): AsyncGenerator<Result> {
  const underWay: Promise<Result>[] = []
  for (const request of requests) {
    const answer = ask(request)
    // A later failure must not count as unhandled while an earlier answer is awaited.
    answer.catch(() => undefined)
    underWay.push(answer)
    if (underWay.length >= ahead) yield await (underWay.shift() as Promise<Result>)
  }
  for (const answer of underWay) yield await answer
}

/** Yields results as they arrive, including failures. */
export async function* inCompletionOrder<Request, Result>(
  requests: Iterable<Request>,
  ask: (request: Request) => Promise<Result>,
): AsyncGenerator<Settled<Result>> {
  const settled: Settled<Result>[] = []
  let underWay = 0
  let wake: (() => void) | undefined
  const done = (outcome: Settled<Result>) => {
    underWay--
    settled.push(outcome)
    wake?.()
  }
  const next = () =>
    new Promise<void>((resolve) => {
      wake = resolve
    })
  let index = 0
  for (const request of requests) {
    const place = index++
    underWay++
    ask(request).then(
      (result) => done({ index: place, result }),
      (error) => done({ index: place, error }),
    )
    while (underWay >= ahead && settled.length === 0) await next()
    while (settled.length > 0) yield settled.shift() as Settled<Result>
  }
  while (underWay > 0 || settled.length > 0) {
    if (settled.length === 0) await next()
    while (settled.length > 0) yield settled.shift() as Settled<Result>
  }
}
