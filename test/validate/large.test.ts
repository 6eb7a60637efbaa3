/** Large messages are judged in a thread that may be slow, die or be ended, while the event loop keeps turning. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { digestOf } from '../../src/core/core.ts'
import { needsOf } from '../../src/history/history.ts'
import { judgeWithin, placed, within } from '../../src/rules/rules.ts'
import { answeredHeader, headerLeaves, headerOf, leavesNamed, outlineOf } from '../../src/standard/standard.ts'
import { elementLines, openValidator, type Judgement, type Validator, type ValidatorLimits } from '../../src/validate/validate.ts'
import { findingsOf, largeClaim, sample } from './sample.ts'

const claim = largeClaim(5_000_000)
const keepers = ['0344']
const wish = { weights: {}, keepers }

async function using (limits: ValidatorLimits, work: (validator: Validator) => Promise<void>): Promise<void> {
  const validator = openValidator(limits)
  try { await work(validator) } finally { await validator.close() }
}

const said = (judgement: Judgement): string => judgement.kind === 'valid' ? 'valid' : judgement.code

describe('large messages', () => {
  it('a 5 MB JW323 is valid and comes back whole, and the event loop turns meanwhile', async () => {
    await using({}, async validator => {
      const state = { done: false }
      let turns = 0
      const judged = validator.validate(claim).finally(() => { state.done = true })
      while (!state.done) { turns++; await setImmediate() }
      const judgement = await judged
      assert.equal(judgement.kind, 'valid')
      assert.ok(turns > 100, `${turns} turns`)
      const clients = JSON.stringify(judgement.kind === 'valid' && judgement.message).split('"Bsn"').length - 1
      assert.equal(clients, claim.toString().split('<jw323:Client>').length - 1)
      assert.equal(judgement.model?.type, 'JW323')
    })
  })

  it('gives the same judgement as the thread of the caller', async () => {
    const messages = [claim, Buffer.from(claim.toString().replaceAll('<jw323:Bsn>999900006', '<jw323:Bsn>x')), claim.subarray(0, -30)]
    await using({}, async threaded => await using({ worker_bytes: 25_000_000 }, async inline => {
      for (const bytes of messages) assert.deepEqual(await threaded.validate(bytes), await inline.validate(bytes))
    }))
  })

  it('brings level 2 where it is asked, as the rules themselves tell it, and none of what is not valid', async () => {
    await using({}, async validator => {
      const judgement = await validator.validate(claim, wish)
      assert.ok(judgement.kind === 'valid')
      const { within: told, ...read } = judgement
      assert.deepEqual(told, within({ ...read, bytes: claim }, {}))
      assert.equal(told?.rejected, true)
      assert.ok(!('within' in await validator.validate(claim)))
      assert.ok(!('within' in await validator.validate(claim.subarray(0, -30), wish)))
      const off = Object.fromEntries(told?.findings.map(it => [it.code, 'off' as const]) ?? [])
      const weighed = await validator.validate(claim, { ...wish, weights: off })
      assert.ok(weighed.kind === 'valid')
      assert.deepEqual(weighed.within, within({ ...read, bytes: claim }, off))
    })
  })

  it('brings the outline alone where nobody keeps what it says, and the digest of what came', async () => {
    const [valid, not] = [claim, claim.subarray(0, -30)]
    await using({}, async validator => {
      const [kept, passed, wrong] = [await validator.validate(valid, wish), await validator.validate(valid, { ...wish, keepers: ['0999'] }), await validator.validate(not, wish)]
      assert.ok(kept.kind === 'valid' && passed.kind === 'valid' && wrong.kind === 'invalid')
      assert.deepEqual([kept, passed, wrong].map(it => it.sha256), [valid, valid, not].map(digestOf))
      assert.deepEqual([kept.outline, passed.outline], [undefined, true])
      const { message, model } = kept
      assert.deepEqual(passed.message, outlineOf(model, message))
      assert.deepEqual(passed.within, kept.within)
      assert.deepEqual([headerOf, headerLeaves, answeredHeader].map(of => of(model, passed.message)), [headerOf, headerLeaves, answeredHeader].map(of => of(model, message)))
      assert.deepEqual(leavesNamed(model, passed.message, 'Bsn'), leavesNamed(model, message, 'Bsn'))
      assert.ok(JSON.stringify(passed.message).length * 10 < JSON.stringify(message).length)
    })
  })

  it('comes with the ground of its judging where that is wished for, whole whoever keeps it', async () => {
    await using({}, async validator => {
      const judgement = await validator.validate(claim, { weights: null, keepers: [], judging: true })
      assert.ok(judgement.kind === 'valid' && judgement.ground !== undefined && judgement.outline === undefined)
      const { model, message, ground } = judgement
      assert.deepEqual(ground.needs, needsOf(model, message))
      assert.deepEqual(ground.lines, elementLines(claim))
      const found = judgeWithin(model, message)
      assert.deepEqual(placed(found, model, message, claim, ground.lines), placed(found, model, message, claim))
    })
  })

  it('lines beyond 65,535 are exact', async () => {
    await using({}, async validator => {
      const text = claim.toString()
      assert.ok(text.split('\n').length > 100_000)
      const at = text.lastIndexOf('<jw323:Bsn>')
      const [only, ...more] = findingsOf(await validator.validate(Buffer.from(`${text.slice(0, at)}<jw323:Bsn>9${text.slice(at + '<jw323:Bsn>'.length)}`)))
      assert.deepEqual(more, [])
      assert.equal(only?.line, text.slice(0, at).split('\n').length)
      assert.match(only?.path ?? '', /^Declaratie\/Clienten\/Client\[\d{4}\]\/Bsn$/)
    })
  })

  it('the thread is kept after what the reader is sure of, and ends after what libxml2 had, whose memory never shrinks', async () => {
    await using({}, async validator => {
      const kept: Record<string, boolean> = {}
      const odd = Buffer.from(claim.toString().replace('<jw323:Header>', '<!-- x --><jw323:Header>'))
      for (const [name, bytes] of Object.entries({ sure: claim, odd, 'sure again': claim })) {
        assert.equal(said(await validator.validate(bytes)), 'valid')
        kept[name] = validator.state().running
      }
      assert.deepEqual(kept, { sure: true, odd: false, 'sure again': true })
    })
  })

  it('several at once are judged one after the other, and too many are told to come back', async () => {
    await using({ worker_bytes: 1000, worker_waiting_max: 2 }, async validator => {
      const small = Buffer.from(sample('JW301'))
      const outcomes = await Promise.all([1, 2, 3, 4, 5].map(async () => said(await validator.validate(small))))
      assert.deepEqual(outcomes, ['valid', 'valid', 'ZP_BUSY', 'ZP_BUSY', 'ZP_BUSY'])
      assert.equal(said(await validator.validate(small)), 'valid')
    })
  })

  it('one that takes too long is told to come back, and the second time refused', async () => {
    await using({ worker_ms_max: 1 }, async validator => {
      assert.equal(said(await validator.validate(claim)), 'ZP_BUSY')
      assert.equal(said(await validator.validate(claim)), 'ZP_POISON')
      assert.equal(said(await validator.validate(Buffer.concat([claim, Buffer.from(' ')]))), 'ZP_BUSY')
    })
  })

  it('one that kills the thread is told to come back, then refused; others are judged on', async () => {
    // Memory enough by a third for the thread to start and judge a small message (12 MB), and not for this one (over 24).
    const deadly = largeClaim(24_000_000)
    await using({ worker_heap_mb: 16 }, async validator => {
      assert.equal(said(await validator.validate(deadly)), 'ZP_BUSY')
      assert.equal(said(await validator.validate(deadly)), 'ZP_POISON')
      assert.equal(said(await validator.validate(largeClaim(300_000))), 'valid')
    })
  })

  it('closing ends what runs and what waits', async () => {
    const validator = openValidator()
    const running = [validator.validate(claim), validator.validate(claim)]
    await setImmediate()
    await validator.close()
    assert.deepEqual((await Promise.all(running)).map(said), ['ZP_BUSY', 'ZP_BUSY'])
    assert.equal(said(await validator.validate(claim)), 'ZP_BUSY')
  })

  it('the bytes that were given are left alone, also when they are a view on more', async () => {
    await using({ worker_bytes: 1000 }, async validator => {
      const text = Buffer.from(sample('JW301'))
      const around = Buffer.concat([Buffer.from('###'), text, Buffer.from('###')])
      assert.equal(said(await validator.validate(around.subarray(3, -3))), 'valid')
      assert.equal(around.subarray(3, -3).compare(text), 0)
    })
  })
})
