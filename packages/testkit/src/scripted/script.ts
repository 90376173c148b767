import { didYouMean } from '@maestro-dataflow/core'
import { testkitError } from '../errors.js'

/** Answers in order, or a function of the request. An Error among them is thrown. */
export type ScriptInOrder<Answer, Request extends readonly unknown[]> =
  | readonly (Answer | Error)[]
  | ((...request: Request) => Answer | Error | Promise<Answer | Error>)

/** The same, or answers by question. */
export type Script<Answer, Request extends readonly unknown[]> =
  | ScriptInOrder<Answer, Request>
  | Readonly<Record<string, Answer | Error>>

/**
 * Reads a script: it returns the answer to one request after the other. If a request contains several questions, the
 * first one in the script counts.
 *
 * @throws MAESTRO_TESTKIT_SCRIPT_ENDED, MAESTRO_TESTKIT_SCRIPT_UNKNOWN, the errors of the script itself
 */
export function scriptReader<Answer, Request extends readonly unknown[]>(
  serving: string,
  script: Script<Answer, Request>,
): (questions: readonly string[], ...request: Request) => Promise<Answer> {
  let next = 0
  const find = (questions: readonly string[], request: Request): Answer | Error | Promise<Answer | Error> => {
    if (typeof script === 'function') return script(...request)
    const [question = ''] = questions
    if (isList(script)) {
      const answer = script[next++]
      if (answer !== undefined) return answer
      throw testkitError('MAESTRO_TESTKIT_SCRIPT_ENDED', { serving, answers: script.length, question })
    }
    const asked = questions.find((text) => Object.hasOwn(script, text))
    const answer = asked === undefined ? undefined : script[asked]
    if (answer !== undefined) return answer
    const known = Object.keys(script)
    const suggestion = didYouMean(question, known)
    throw testkitError('MAESTRO_TESTKIT_SCRIPT_UNKNOWN', { serving, name: question, known, suggestion })
  }
  return async (questions, ...request) => {
    const answer = await find(questions, request)
    if (answer instanceof Error) throw answer
    return answer
  }
}

const isList = <Answer>(script: object): script is readonly (Answer | Error)[] => Array.isArray(script)
