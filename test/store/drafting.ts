/** What the steps of the model have in common: how work comes, stands in the way of other work, stops and goes. */
import { copied, here, receiverOf, type Message, type Name, type State, type Story, type Work } from './states.ts'

const working = (work: Work | null): work is Work => work !== null && (work.state === 'due' || work.state === 'blocked')

/** A state while it is changed by one step. */
export class Draft {
  readonly story: Story
  readonly state: State
  /** What is written down of this step: of which message, the event, and its detail where it has one. */
  readonly events: string[] = []
  constructor (story: Story, before: State) {
    this.story = story
    this.state = copied(before)
  }

  get now (): number { return this.state.now }

  write ({ name }: Message, event: string): void {
    this.events.push(`${name} ${event}`)
    this.state.written++
  }

  of (name: Name): Message {
    const message = this.state.messages[name]
    if (message === undefined) throw new Error(`${name} is not here`)
    return message
  }

  /** What has work of this key, to the same receiver. */
  along (key: string, { letter }: Message): Message[] { return here(this.state).filter(it => it.work?.key === key && receiverOf(it.letter) === receiverOf(letter)) }

  /** A push that is due is in the way of all others of its key; what is blocked, or shown to handlers, in that of what came later. */
  obstructed (key: string, self: Message): boolean {
    return this.along(key, self).some(it => it !== self && working(it.work) && ((it.work.kind === 'push' && it.work.state === 'due') || it.seq < self.seq))
  }

  /** Something of this key went out of the way: what waited longest goes on, unless something else is in its way. */
  free (key: string, gone: Message): void {
    const next = this.along(key, gone).find(it => it.work?.state === 'blocked')
    if (next?.work != null && !this.obstructed(key, next)) Object.assign(next.work, { state: 'due', due: this.now, since: this.now })
  }

  begin (message: Message, kind: Work['kind'], what: Partial<Work> = {}): void {
    const key = message.key === '' ? `#${message.name}` : message.key
    const work: Work = { id: ++this.state.works, kind, state: 'due', key, fence: 0, attempts: 0, due: this.now, since: this.now, lease: null, failing: null, reason: null, class: null, released: null, ...what }
    message.work = { ...work, ...kind === 'push' && work.state === 'due' && this.obstructed(key, message) ? { state: 'blocked' } : {} }
  }

  /** It is worked on as if for the first time; who had it has it no more. */
  anew (work: Work, what: Partial<Work>): void {
    Object.assign(work, { fence: work.fence + 1, attempts: 0, due: this.now, since: this.now, lease: null, failing: null, reason: null, class: null, ...what })
  }

  /** It becomes a push. */
  turn (message: Message, work: Work): void {
    this.anew(work, { kind: 'push', state: this.obstructed(work.key, message) ? 'blocked' : 'due' })
  }

  /** @returns whether there was anything left to do */
  end (message: Message): boolean {
    const { work } = message
    if (work === null) return false
    message.work = null
    this.free(work.key, message)
    return true
  }

  /** It is held or dead: in nobody's way. */
  stop (message: Message, work: Work, what: Partial<Work> & { readonly state: 'held' | 'dead' }): void {
    Object.assign(work, { fence: work.fence + 1, lease: null, since: this.now, ...what })
    message.delivery = what.state
    this.free(work.key, message)
  }

  /** An answer counts no more: what it answered waits for a better one, where anybody but the gateway may give it. */
  reopen ({ name, letter: { answers } }: Message): void {
    const it = answers === null ? undefined : this.state.messages[answers]
    if (it === undefined || it.answered_by !== name || (it.verdict === 'rejected' && it.offered === null)) return
    Object.assign(it, { answer: it.disowned === null ? 'awaited' : 'none', answered_by: null })
    this.write(it, `unanswered ${name}`)
  }

  /** Who answers has it, and can use it after all; that the gateway answers does not say so. */
  answer (it: Message, by: Message): void {
    Object.assign(it, { answer: 'answered', answered_by: by.name, answerers: [...new Set([...it.answerers, by.name])].sort(), ...by.letter.caused ? {} : { disowned: null } })
    this.write(it, `answered ${by.name}`)
    if (by.letter.caused || it.offered === null || !this.end(it)) return
    Object.assign(it, { delivery: 'delivered', delivered: this.now })
    this.write(it, 'delivered answered')
  }
}
