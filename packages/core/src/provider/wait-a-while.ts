/**
 * Waits for the end of what a plugin frees or removes. Its work is done, so a run does not hang when it never ends.
 *
 * @throws RangeError after a while
 */
export async function waitAWhile(ending: Promise<unknown> | unknown, milliseconds: number): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new RangeError(`it did not end within ${milliseconds / 1000} s`)), milliseconds)
  try {
    await Promise.race([ending, promise])
  } finally {
    clearTimeout(timer)
  }
}
