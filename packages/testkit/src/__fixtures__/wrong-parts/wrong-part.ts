/**
 * A part of a plugin that breaks one rule of its contract and is otherwise correct. The tests run it and expect the
 * runner or a conformance suite to notice.
 */
export interface WrongPart<Part> {
  /** What it does wrong, as the end of a sentence that begins with the kind: "a sink that ...". */
  readonly fault: string
  readonly part: Part
  /** The error code with which a run of it ends. */
  readonly code: string
}
