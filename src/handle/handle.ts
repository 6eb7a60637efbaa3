/** Handlers: how work hangs on a message. A handler sees one accepted message at a time and says what is to happen. */
import { isCode, type Clock, type Finding, type Instant } from '../core/core.ts'
import type { History } from '../history/history.ts'
import type { Sources } from '../sources/sources.ts'
import type { MessageType, Tree } from '../standard/model.ts'
import type { Envelope, NewTask, Party } from '../store/store.ts'

export { assessor } from './assessor.ts'

/** Which messages a handler is shown. `answers`: it may answer them itself; only one handler may, per type. */
export interface Trigger {
  readonly message: readonly MessageType[]
  readonly answers?: boolean
  /** Where only some of these are: asked when a message comes in and again when it is handled, with its receiver as it is registered then. */
  readonly when?: (envelope: Pick<Envelope, 'type' | 'origin'>, receiver: Party | null) => boolean
}

/** A message the gateway is to send in the name of the party that got the handled one; its Header must agree. */
export interface Draft { readonly type: MessageType, readonly message: Tree }

/**
 * done: go on; `send` and `tasks` are stored in the transaction that ends this message's delivery, `findings` are told to its sender.
 * hold: a person must look; handlers look again when he released it, or at `until` by themselves.
 * reject: the message counts as not sent; its findings are kept, `send` and `tasks` are stored with that, and `deliver` shows it to its receiver all the same. later: try again after `after_ms`; attempts do not count.
 * A reason is a code (`isCode`): it goes into the audit and the history. What is no outcome counts as a failure of the handler.
 */
export type Outcome<T extends NewTask = NewTask> =
  | { readonly kind: 'done', readonly send?: readonly Draft[], readonly findings?: readonly Finding[], readonly tasks?: readonly T[] }
  | { readonly kind: 'hold', readonly reason: string, readonly until?: Instant | null }
  | { readonly kind: 'reject', readonly findings: readonly Finding[], readonly send?: readonly Draft[], readonly deliver?: boolean, readonly tasks?: readonly T[] }
  | { readonly kind: 'later', readonly after_ms: number, readonly reason: string }

/** A task, and which handler asks for it. */
export interface HandlerTask extends NewTask { readonly handler: string }

/** So many may one handler ask for about one message. */
export const tasks_max = 20

const levels: ReadonlyArray<Finding['level']> = [1, 2, 3, 4]

/** What a handler may use: no store, no network. `signal` fires when its time is up or the gateway stops. */
export interface Tools {
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Who got the message, as it is registered now; null: nobody who is connected. */
  readonly receiver: Party | null
  /** Why a person released this message; null while nobody did. Who holds it all the same is passed over, as if he had said done. */
  readonly released: string | null
  message (): Promise<Tree>
  /** What came before between the two parties, as far as the rules of this message ask. Who asks is asked again when that has changed before his outcome is stored. */
  history (): Promise<History>
  sources (): Promise<Sources>
  /** @returns a number for a message of ours; at the next try another */
  identificatie (): string
}

/** One piece of back-office work. It may be shown a message again after a crash: same message, same outcome. */
export interface Handler {
  /** Lower-case words joined by dashes; unique. */
  readonly name: string
  readonly on: readonly Trigger[]
  handle (envelope: Envelope, tools: Tools): Promise<Outcome>
}

/** Asks every handler of a message's type, in listed order, until one does not say done. */
export interface Handlers {
  /** @returns whether any handler wants to see this message */
  listens (envelope: Pick<Envelope, 'type' | 'origin'>, receiver: Party | null): boolean
  /**
   * @returns done with what all of them brought; or the word of the first that did not say done. A rejection takes with it what was found
   * before it, behind its own findings, and voids what others wanted sent or done: that was for a message that counts. Who holds or puts
   * off is asked again with all the others, so nothing of theirs is lost.
   */
  handle (envelope: Envelope, tools: Tools): Promise<Outcome<HandlerTask>>
}

/** @throws Error when two handlers share a name or may both answer one type: the gateway must not start so */
export function openHandlers (handlers: readonly Handler[]): Handlers {
  refuseTwins('name', handlers.map(it => it.name))
  refuseTwins('answered type', handlers.flatMap(it => answered(it)))
  return {
    listens: (envelope, receiver) => handlers.some(it => listens(it, envelope, receiver)),
    handle: (envelope, tools) => ask(handlers.filter(it => listens(it, envelope, tools.receiver)), envelope, tools)
  }
}

const answered = (it: Handler): MessageType[] => it.on.flatMap(trigger => trigger.answers === true ? [...trigger.message] : [])
const listens = (it: Handler, envelope: Pick<Envelope, 'type' | 'origin'>, receiver: Party | null): boolean =>
  it.on.some(({ message, when }) => message.includes(envelope.type) && when?.(envelope, receiver) !== false)

function refuseTwins (what: string, names: readonly string[]): void {
  const twin = names.find((name, at) => names.indexOf(name) !== at)
  if (twin !== undefined) throw new Error(`two handlers have the same ${what}: ${twin}`)
}

/** A handler may have been written without types: what it gives is believed after a look only. @throws Error when it is no outcome */
function checked (outcome: Outcome, name: string): Outcome {
  const fault = faultOf({ ...outcome })
  if (fault !== null) throw new Error(`handler ${name} gave no outcome: ${fault}`)
  return outcome
}

/** @returns what is wrong with the outcome, or null */
function faultOf ({ kind, send = [], findings, tasks = [], after_ms, until = null, reason }: Readonly<Record<string, unknown>>): string | null {
  switch (kind) {
    case 'done':
    case 'reject':
      if (!Array.isArray(send)) return 'send is no list'
      if (!Array.isArray(tasks) || tasks.length > tasks_max || !tasks.every(isTask)) return `tasks is no list of at most ${tasks_max} tasks, each with a code and, where it has one, a due moment in milliseconds`
      return (kind === 'done' && findings === undefined) || (Array.isArray(findings) && findings.every(isFinding)) ? null : 'findings is no list of findings'
    case 'later': return typeof after_ms === 'number' && Number.isFinite(after_ms) && after_ms >= 0 ? reasonFault(reason) : 'after_ms is no number from 0'
    case 'hold': return until === null || isInstant(until) ? reasonFault(reason) : 'until is no moment in milliseconds'
    default: return 'kind is none of done, hold, reject and later'
  }
}

const isCodeText = (it: unknown): boolean => typeof it === 'string' && isCode(it)
const reasonFault = (reason: unknown): string | null => isCodeText(reason) ? null : 'reason is no code (letters, digits, _ - and . only, a letter first, at most 100)'

const isInstant = (it: unknown): boolean => typeof it === 'number' && Number.isSafeInteger(it) && it >= 0

function isTask (it: unknown): boolean {
  const { code, due = null }: Readonly<Record<string, unknown>> = { ...Object(it) }
  return isCodeText(code) && (due === null || isInstant(due))
}

function isFinding (it: unknown): boolean {
  if (typeof it !== 'object') return false
  const { level, code, line, path, found, expected, message, message_en, retourcode = '', class: at = '', found_en = '', expected_en = '' }: Readonly<Record<string, unknown>> = { ...it }
  const placed = line === null || Number.isSafeInteger(line)
  return levels.some(known => known === level) && placed && isCodeText(code) && [path, found, expected, message, message_en, retourcode, at, found_en, expected_en].every(text => typeof text === 'string')
}

async function ask (handlers: readonly Handler[], envelope: Envelope, tools: Tools): Promise<Outcome<HandlerTask>> {
  const send: Draft[] = []
  const findings: Finding[] = []
  const tasks: HandlerTask[] = []
  for (const handler of handlers) {
    const outcome = checked(await handler.handle(envelope, tools), handler.name)
    if (outcome.kind === 'later' || (outcome.kind === 'hold' && tools.released === null)) return outcome
    if (outcome.kind === 'hold') continue
    if (outcome.kind === 'reject') return { ...outcome, findings: [...outcome.findings, ...findings], tasks: named(handler, outcome.tasks) }
    send.push(...outcome.send ?? [])
    findings.push(...outcome.findings ?? [])
    tasks.push(...named(handler, outcome.tasks))
  }
  return { kind: 'done', send, findings, tasks }
}

const named = ({ name }: Handler, tasks: readonly NewTask[] = []): HandlerTask[] => tasks.map(it => ({ ...it, handler: name }))
