export { default, type OpenTelemetryOptions } from './plugin.js'
