/** The maximum number of concurrent requests. The limits of the serving apply as well. */
const atOnce = 64

/** Asks about each item with limited concurrency and returns the answers in order. The first failure ends the work. */
export async function askEach<Item, Answer>(
  items: readonly Item[],
  ask: (item: Item, index: number) => Promise<Answer>,
  signal: AbortSignal,
): Promise<readonly Answer[]> {
  const answers: Answer[] = []
  let next = 0
  const work = async () => {
    while (next < items.length) {
      signal.throwIfAborted()
      const index = next++
      answers[index] = await ask(items[index] as Item, index)
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, work))
  return answers
}
