/** Questions that are under way at once; the serving's own limits hold besides. */
const atOnce = 64

/** Asks about each, some at a time, and gives the answers in order. The first failure ends it. */
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
