/** `zorgpoort notices`: what parties are told by Fo01 and how far that is, and putting back what was given up. A running gateway notices at its next look. */
import type { Command } from 'commander'
import { rfc3339, systemClock, type MessageId, type PartyCode, type RetryPolicy } from '../../src/core/core.ts'
import { toldReason } from '../../src/here/here.ts'
import { retriesOf } from '../../src/route/route.ts'
import { noticeAnswers, type NoticeAgain, type NoticeState, type Store, type StoredNotice } from '../../src/store/store.ts'
import { messageIn, partyIn, reasonIn } from '../decide.ts'
import { retryIn, withPlace, withStore, type Place } from '../place.ts'
import { WrongUse } from '../problem.ts'
import { progress } from '../progress.ts'

const page_notices = 500

async function * noticesIn (store: Store, states: readonly NoticeState[], party: PartyCode | undefined): AsyncGenerator<StoredNotice> {
  for (const state of states) {
    for (let cursor: string | null = null; ;) {
      const page = await store.notices({ state, limit: page_notices, ...(party === undefined ? {} : { party }), ...(cursor === null ? {} : { cursor }) })
      yield * page.items
      if (page.next === null) break
      cursor = page.next
    }
  }
}

const said = ({ state, under_way, next, ended }: StoredNotice): string => {
  if (state !== 'due') return `${state} ${ended === null ? '' : rfc3339(ended)}`
  return under_way ? 'is being sent' : `next ${next === null ? '-' : rfc3339(next)}`
}
const line = (it: StoredNotice): string => {
  const why = it.reason === null ? '' : `  ${it.reason.startsWith('exhausted') ? 'exhausted: ' : ''}${toldReason(it.reason)?.en ?? it.reason}`
  return `${it.id}  to ${it.target.padEnd(9)} Fo01 ${it.code.padEnd(8)} about ${it.about ?? '-'.padEnd(36)}  ${said(it)}, ${it.attempts} ${it.attempts === 1 ? 'try' : 'tries'}${why}`
}
const json = ({ target, made, next, ended, ...it }: StoredNotice): string =>
  JSON.stringify({ ...it, party: target, made: rfc3339(made), next: next === null ? null : rfc3339(next), ended: ended === null ? null : rfc3339(ended) })

interface ListOptions extends Place { readonly dead?: boolean, readonly sent?: boolean, readonly party?: string, readonly json?: boolean }

function summary ({ dead, due, sent }: Readonly<Record<NoticeState, number>>): string {
  const told = [`${dead} given up`, `${due} on the way`, ...(sent === 0 ? [] : [`${sent} sent`])].join(', ')
  const advice = dead === 0 ? '' : '\nThose parties do not know that their message was refused, and why: take away the reason, then "zorgpoort notices again ID --reason CODE" (or --party CODE for all of a party); "zorgpoort inspect" with the id behind "about" tells what to say if you call.'
  return dead + due + sent === 0 ? 'No notices.' : `${told}.${advice}`
}

async function listed (options: ListOptions): Promise<void> {
  const states: readonly NoticeState[] = options.dead === true ? ['dead'] : options.sent === true ? ['sent'] : ['dead', 'due']
  const party = options.party === undefined ? undefined : partyIn(options.party)
  const counts = { dead: 0, due: 0, sent: 0 }
  const bar = progress(process.stderr, 'notices', null)
  await withStore(options, async store => {
    for await (const it of noticesIn(store, states, party)) {
      bar.step()
      counts[it.state]++
      console.log(options.json === true ? json(it) : line(it))
    }
  }).finally(bar.end)
  if (options.json !== true) console.log(summary(counts))
}

interface AgainOptions extends Place { readonly party?: string, readonly reason: string, readonly json?: boolean }
type Answers = ReadonlyArray<readonly [MessageId, NoticeAgain]>

async function putBack (store: Store, ids: readonly MessageId[], reason: string, usual: RetryPolicy): Promise<Answers> {
  const policies = retriesOf((await store.register()).parties, usual)
  const decided = { by: null, reason, now: systemClock.now() }
  const answers: Array<readonly [MessageId, NoticeAgain]> = []
  for (let at = 0; at < ids.length; at += page_notices) {
    const some = ids.slice(at, at + page_notices)
    const their = await store.noticesAgain(some, decided, policies)
    answers.push(...some.map((id, nth) => [id, their[nth] ?? 'absent'] as const))
  }
  return answers
}

const because: Readonly<Record<Exclude<NoticeAgain, 'again'>, string>> = {
  absent: 'there is no such notice in this database',
  not_dead: 'on its way, or sent',
  replaced: 'its message came again since, and got another answer',
  gone: 'what it says is not kept any more'
}

function toldOf (answers: Answers): string {
  const done = answers.filter(([, it]) => it === 'again').length
  const others = answers.flatMap(([id, it]) => it === 'again' ? [] : [`  ${id}  ${it}: ${because[it]}`])
  const first = answers.length === 0 ? 'No notices that were given up match.' : `${done} ${done === 1 ? 'notice' : 'notices'} put back; a running gateway sends ${done === 1 ? 'it' : 'them'} at its next look.`
  return [first, ...others].join('\n')
}

/** @returns whether every notice that was named was put back @throws WrongUse when nothing says which, or two things do */
async function again (named: readonly string[], options: AgainOptions): Promise<boolean> {
  if ((named.length === 0) === (options.party === undefined)) throw new WrongUse('say which: ids ("zorgpoort notices --dead" shows them), or --party CODE for all of a party')
  const usual = retryIn(options)
  const party = options.party === undefined ? undefined : partyIn(options.party)
  const wanted = [...new Set(named.map(it => messageIn(it, 'notices --dead')))]
  const answers = await withStore(options, async store => {
    const ids = [...wanted]
    if (party !== undefined) for await (const { id } of noticesIn(store, ['dead'], party)) ids.push(id)
    return await putBack(store, ids, options.reason, usual)
  })
  const counts = Object.fromEntries(noticeAnswers.map(it => [it, answers.filter(([, one]) => one === it).length]))
  console.log(options.json === true ? JSON.stringify({ counts, notices: answers.map(([id, outcome]) => ({ id, outcome })) }) : toldOf(answers))
  return named.length === 0 || answers.every(([, it]) => it === 'again')
}

export function notices (program: Command, end: (code: number) => void): void {
  const group = program.command('notices').description('what parties are told by Fo01 of their refused messages, and how far that is: list, again')
  withPlace(group.command('list', { isDefault: true }).description('what is given up, then what is on its way; oldest first'))
    .option('--dead', 'only what was given up')
    .option('--sent', 'what was sent, as long as that is kept')
    .option('--party <code>', 'only for this party')
    .option('--json', 'as JSON, one line each')
    .action(async (options: ListOptions) => { await listed(options) })
  withPlace(group.command('again').description('put what was given up back on its way, as if for the first time and with the same bytes').argument('[id...]', 'of notices'))
    .option('--party <code>', 'all that was given up for this party')
    .requiredOption('--reason <code>', 'why, as a code such as endpoint_repaired: it goes in the audit', reasonIn)
    .option('--json', 'as JSON')
    .addHelpText('after', '\nWhat came again since is left as it is. Exit code 1 when a notice that was named is not put back.')
    .action(async (ids: string[], options: AgainOptions) => { if (!await again(ids, options)) end(1) })
}
