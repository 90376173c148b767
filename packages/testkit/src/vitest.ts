/** The conformance suites as tests of vitest. Importing this imports vitest; the rest of the kit does not. */
export * from './conformance/describe-suite.js'
