/** The part of MaestroDataflow that runs pipelines. */
export { decodeStepLine, encodeStepLine } from './run/step-codec.js'
