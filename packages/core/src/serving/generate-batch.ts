/** How many requests are begun before the first is done. What limits a provider is the limiter's matter. */
const ahead = 1024

/** What became of the request at a place. */
export type Settled<Result> =
  | { readonly index: number; readonly result: Result }
  | { readonly index: number; readonly error: unknown }

/** Results in the order of the requests. @throws the error of the first request that failed, in that order */
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

/** Results as they come, failures among them. */
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
