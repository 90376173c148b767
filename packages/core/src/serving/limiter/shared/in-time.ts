/** A store that does not answer within this time is away. */
const patienceMs = 3000

/** The answer of a store, if it comes in time. @throws TimeoutError */
export function inTime<Answer>(answer: Promise<Answer>): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new DOMException(`no answer within ${patienceMs} ms`, 'TimeoutError'))
    }, patienceMs)
  })
  return Promise.race([answer, late]).finally(() => clearTimeout(timer))
}
