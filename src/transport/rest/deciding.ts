/** What deciding about a held message or a task has in common, for operators and for parties: how it is asked, shown and refused. */
import { Type, type Static } from 'typebox'
import { isCode, isMessageId, Refusal, rfc3339, taskId, taskStates, type Instant, type TaskId, type TaskState } from '../../core/core.ts'
import type { Decided, Task } from '../../store/store.ts'
import { askedIn } from './asked.ts'
import type { RouteParts } from './parts.ts'
import * as shapes from './shapes.ts'
import { time } from './views.ts'

const decisionShape = <T extends string>(decisions: readonly T[], description: string) => Type.Object({
  decision: shapes.oneOf(decisions, description),
  reason: Type.String({ description: 'Why, as a code such as `spoke_to_sender`: a letter, then letters, digits, `_`, `-` and `.`, at most 100, no nine digits in a row. It goes in the audit and in the history of the message.' })
}, { additionalProperties: false })

/** The body that decides about a held message. */
export const heldDecision = decisionShape(['release', 'refuse'] as const, 'release: it goes on. refuse: its receiver never gets it, and its sender sees the reason.')
/** The body that decides about a task. */
export const taskDecision = decisionShape(['done', 'refused'] as const, 'done: it was done. refused: it will not be.')

/** @returns what reads such a body @throws Refusal ZP_REQUEST, also when the reason is no code */
export function decisionIn<T extends { readonly reason: string }> (shape: typeof heldDecision | typeof taskDecision): (body: unknown) => T {
  const read = askedIn<T>(shape)
  return body => {
    const it = read(body)
    if (!isCode(it.reason)) throw new Refusal('ZP_REQUEST', 'reason: een code zoals / a code such as spoke_to_sender')
    return it
  }
}
export const readTaskDecision = decisionIn<Static<typeof taskDecision>>(taskDecision)

const { cursor, limit } = shapes.listQuery.properties
const code = Type.Optional(Type.String({ maxLength: 100, description: 'Only those with this code.' }))
export const taskFilters = { state: Type.Optional(shapes.oneOf(taskStates, 'Default open.')), code, cursor, limit }

export const taskShape = Type.Object({
  id: Type.String({ format: 'uuid' }),
  message: Type.String({ description: 'What it is about.' }),
  type: Type.String({ examples: ['WMO301'] }),
  party: Type.String({ description: 'In whose name it is to be done: who got the message.' }),
  handler: Type.String({ description: 'Which part of the gateway asks for it.' }),
  code: Type.String({ description: 'What is to be done.' }),
  opened: shapes.time(''),
  due: shapes.orNull(shapes.time('Until when it is in time; null: no term.')),
  overdue: Type.Boolean({ description: 'Whether it is open and was due by now.' }),
  state: shapes.oneOf(taskStates, 'open: somebody must decide. done, refused: somebody did.'),
  decided: Type.Union([Type.Object({ at: shapes.time(''), by: shapes.orNull(Type.String({ description: 'The account; null: an operator, for a party, or the command line.' })), reason: Type.String() }), Type.Null()]),
  links: Type.Object({ message: Type.String() })
}, { $id: 'Task' })
export const tasksShape = Type.Object({ tasks: Type.Array(taskShape), next: shapes.listShape.properties.next }, { $id: 'Tasks' })
export const taskDecidedShape = Type.Object({ id: Type.String(), state: shapes.oneOf(taskStates, ''), at: shapes.time('') }, { $id: 'TaskDecided' })

/** @param shows whether the account that decided may be told */
export function taskView ({ id, message, type, party, handler, code, opened, due, state, decided }: Task, link: string, now: Instant, shows: (by: NonNullable<Decided['by']>) => boolean): Record<string, unknown> {
  const by = decided?.by ?? null
  return {
    id, message, type, party, handler, code, opened: rfc3339(opened), due: time(due), overdue: state === 'open' && due !== null && due <= now, state,
    decided: decided === null ? null : { at: rfc3339(decided.now), by: by !== null && shows(by) ? by : null, reason: decided.reason },
    links: { message: link }
  }
}

/** What may be given with a list, as the store takes it. */
export const taskFilterOf = ({ state = 'open', code, cursor, limit = 100 }: { state?: TaskState, code?: string, cursor?: string, limit?: number }) =>
  ({ state, limit, ...(code === undefined ? {} : { code }), ...(cursor === undefined ? {} : { cursor }) })

/** @throws Refusal ZP_NOT_FOUND for what is no id */
export function taskIn (text: string): TaskId {
  if (!isMessageId(text)) throw new Refusal('ZP_NOT_FOUND')
  return taskId(text)
}

/** @returns the answer to a decision about a task @throws Refusal ZP_NOT_FOUND, or ZP_DECIDED when somebody did before */
export async function decide ({ store }: Pick<RouteParts, 'store'>, id: TaskId, { decision }: Static<typeof taskDecision>, decided: Decided, view?: Parameters<typeof store.decideTask>[3]): Promise<{ id: string, state: TaskState, at: string }> {
  switch (await store.decideTask(id, decision, decided, view)) {
    case 'absent': throw new Refusal('ZP_NOT_FOUND')
    case 'decided': throw new Refusal('ZP_DECIDED', 'taak / task')
    default: return { id, state: decision, at: rfc3339(decided.now) }
  }
}
