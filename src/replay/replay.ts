/** The face of the replay: conversations and files, played against a gateway as the parties they come from. */
export { replay, checkPlayed, playedDoors, type Plan, type PlayedDoor, type Replayed, type Tools } from './run.ts'
export { openEndpoint, type Endpoint, type OpenEndpoint } from './endpoint.ts'
export { scenesOf } from './targets.ts'
export { extension, parseConversation, type Conversation } from './conversation.ts'
export type { Door, Reply } from './door.ts'
export type { StepResult } from './play.ts'
export type { Percentiles, Summary } from './tally.ts'
