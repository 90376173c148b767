export { type MisbehavingServer, startMisbehavingServer } from './misbehaving-server.js'
export { openAIReplies } from './misbehaving-server-openai.js'
export { type RecordedRequest, type Reply, replies, type ScriptedReply } from './misbehaving-server-replies.js'
