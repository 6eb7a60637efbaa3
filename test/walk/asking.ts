/** What is asked of a gateway over the wire, whose storage fails at the first call, at the second, and so on, until it makes no more. */
import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import { refusals, type RefusalCode } from '../../src/core/core.ts'
import { seed } from '../fuzz/seed.ts'
import type { Reply, Running } from '../flow/world.ts'
import { counting, type Calls, type Fault, type Plan } from './calls.ts'
import { differences, dumpOf, type Dump, type Rows } from './dump.ts'

/** What is asked of a gateway. */
export interface Case {
  readonly name: string
  /** What it is answered: at first, and when it comes again. */
  readonly answers: readonly number[]
  /** Fewer calls than this were no walk. */
  readonly least: number
  /** It is refused, and perhaps kept: the refusal stands also where it cannot be. */
  readonly stands?: boolean
  /** It says what it changed: again that is nothing. */
  readonly says?: boolean
  /** Prepares one, of which there are as many as are asked for. @returns what asks it, the same at each time */
  one (gateway: Running, nth: number): Promise<() => Promise<Reply>>
}
/** Who is asked; `every` so many-th call fails, from one on that the seed says. */
export interface Asked { readonly gateway: Running, readonly faults: readonly Fault[], readonly every: number, rows (): Promise<Rows> }

const isCode = (code: string): code is RefusalCode => Object.hasOwn(refusals, code)
/** How many rows there are more of each table. */
const more = (before: Dump, after: Dump): Record<string, number> =>
  Object.fromEntries(Object.keys(after).map(it => [it, (after[it]?.length ?? 0) - (before[it]?.length ?? 0)] as const).filter(([, it]) => it !== 0))

/** @throws where it is not told clearly, and so that whoever asked knows to come again */
function clear ({ status, told }: Reply, which: string): void {
  const { code = '' } = told
  assert.ok(isCode(code) && refusals[code].retry === 'later' && refusals[code].status === status && status >= 500, `${which}: ${status} ${code}`)
  assert.ok(['ZP_BUSY', 'ZP_DISK'].includes(code), `${which}: ${code}`)
}

function planOf (faults: readonly Fault[], nth: number): Plan {
  const every = faults.flatMap(fault => [{ nth, fault, stays: false, anybody: true }, { nth, fault, stays: true, anybody: true }])
  return every[(nth + seed) % every.length] ?? { nth, fault: 'cut', anybody: true }
}

/** @returns how many calls were made where none failed */
export async function walkCase ({ gateway, faults, every, rows }: Asked, { name, answers, least, stands = false, says = false, one }: Case): Promise<number> {
  const look = async (): Promise<Dump> => dumpOf(await rows())
  let nth = 0
  const next = async (plan: Plan) => {
    const ask = await one(gateway, ++nth)
    const before = await look()
    const { calls, within, end } = counting(plan)
    const reply = await within(ask)
    end()
    return { ask, before, calls, reply, after: await look() }
  }
  // The first finds what a gateway does when it has just begun.
  await next({ nth: 0, fault: 'cut', anybody: true })
  const clean = await next({ nth: 0, fault: 'cut', anybody: true })
  assert.ok(answers.includes(clean.reply.status), `${name}: ${clean.reply.bytes.toString()}`)
  assert.ok(clean.calls.count >= least, `${name} makes only ${clean.calls.count} calls`)
  const wanted = more(clean.before, clean.after)
  for (let call = 1 + seed % every, failed: Calls['failed'] = ''; failed !== null; call += every) {
    const plan = planOf(faults, call)
    const { ask, before, calls, reply, after } = await next(plan)
    failed = calls.failed
    const which = `${name}, call ${call} (${failed?.slice(0, 80)}), ${plan.fault}`
    const done = answers.includes(reply.status)
    if (!done) clear(reply, which)
    // Whether it was committed was not known then.
    const unknown = plan.fault === 'answer lost' && isDeepStrictEqual(more(before, after), wanted)
    if (!done && !unknown) assert.deepEqual(differences(before, after), [], `${which}: something was left`)
    if (done && !stands) assert.deepEqual(more(before, after), wanted, `${which}: it was answered as if it were done`)
    const again = await ask()
    assert.ok(answers.includes(again.status), `${which}, and again: ${again.bytes.toString()}`)
    if (done && !stands && !says) assert.deepEqual(again.bytes, reply.bytes, `${which}: another answer`)
    assert.deepEqual(more(before, await look()), wanted, `${which}: done again it is not as if nothing had happened`)
  }
  return clean.calls.count
}
