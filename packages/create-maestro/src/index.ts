export { createErrors } from './errors.js'
export { main } from './main.js'
export { type MadePlugin, makePlugin } from './plugin/make-plugin.js'
export { type PluginKind, pluginKinds } from './plugin/plugin-kinds.js'
