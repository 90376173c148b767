/**
 * A part of a plugin that breaks one rule of its contract, and is otherwise as right as can be. The tests run it and
 * expect that the runner or a conformance suite notices.
 */
export interface WrongPart<Part> {
  /** What it does wrong, as the end of a sentence that begins with the kind: "a sink that ...". */
  readonly fault: string
  readonly part: Part
  /** The error code with which a run of it ends. */
  readonly code: string
}
