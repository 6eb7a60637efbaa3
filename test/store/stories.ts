/** Stories of three messages that are walked whole, and how far the tests of every day go; `STATES_TRIES` in the environment is for going further. */
import type { Letter, Story, Verb } from './states.ts'

const given = process.env['STATES_TRIES']
/** How often in one path what fails, is given up and is driven again may come where that is counted; with any number given, all stories are walked to their end. */
export const tries = Number(given ?? 1)
if (Number.isNaN(tries) || tries < 1) throw new RangeError('STATES_TRIES is a number from 1 on, or Infinity')
const usual = (steps: number): number => given === undefined ? steps : Infinity

const letter = (wanted: Partial<Letter> = {}): Letter => ({ key: 'one', answers: null, begins: 'offered', pushed: true, caused: false, ...wanted })
const answer = (wanted: Partial<Letter> = {}): Letter => letter({ key: null, answers: 'a', ...wanted })
const handled = { begins: 'waiting', pushed: false } as const
const any = (...verbs: Verb[]): Story['bounds'] => Object.fromEntries(verbs.map(it => [it, Infinity]))

/** A story, so many steps of which are walked, on at least so many edges. */
export interface Told { readonly story: Story, readonly steps: number, readonly edges_min: number }

export const stories = {
  'two push: two messages of one order key, one of another': {
    story: { letters: { a: letter(), b: letter(), c: letter({ key: 'two' }) }, bounds: { ...any('accept', 'claims a push', 'delivers', 'time passes'), 'fails with': tries, 'gives up': tries, redrive: tries } },
    steps: Infinity,
    edges_min: 25_000
  },
  'two handle: what is held, put off, handed back, rejected': {
    story: {
      letters: { a: letter(handled), b: letter(handled) },
      bounds: any('accept', 'claims', 'offers', 'rejects', 'holds', 'holds a while', 'fails with', 'puts off', 'gives up', 'release', 'refuse', 'redrive', 'time passes', 'renews', 'hands back', 'restart')
    },
    steps: Infinity,
    edges_min: 7_000
  },
  'two handle and push: one waits for handlers before another of its key': {
    story: { letters: { a: letter({ begins: 'waiting' }), b: letter() }, bounds: any('accept', 'claims', 'claims a push', 'offers', 'holds', 'release', 'delivers', 'gives up', 'redrive', 'time passes', 'acknowledge') },
    steps: Infinity,
    edges_min: 3_000
  },
  'everything there is, to two messages of one key': {
    story: {
      letters: { a: letter({ begins: 'waiting' }), b: letter() },
      bounds: any('accept', 'claims', 'claims a push', 'offers', 'rejects', 'rejects and shows', 'holds', 'holds a while', 'release', 'refuse', 'delivers', 'leaves in the mailbox', 'fails with', 'puts off', 'gives up', 'redrive', 'time passes', 'restart', 'renews', 'hands back', 'acknowledge', 'erase', 'disown')
    },
    steps: usual(6),
    edges_min: 6_000
  },
  'two answers to one message, both pushed or fetched': {
    story: { alone: true, letters: { a: letter(), b: answer(), c: answer({ pushed: false }) }, bounds: any('accept', 'claims a push', 'delivers', 'gives up', 'redrive', 'disown', 'erase', 'acknowledge') },
    steps: Infinity,
    edges_min: 9_000
  },
  'two answers to one message, shown to handlers first': {
    story: { alone: true, letters: { a: letter(), b: answer(handled), c: answer(handled) }, bounds: any('accept', 'claims', 'claims a push', 'offers', 'rejects', 'holds', 'refuse', 'delivers', 'gives up', 'redrive', 'disown', 'erase', 'acknowledge') },
    steps: usual(11),
    edges_min: 5_500
  },
  'the gateway rejects and answers, and so does the receiver': {
    story: {
      alone: true,
      letters: { a: letter(handled), b: answer({ caused: true, pushed: false }), c: answer({ pushed: false }) },
      bounds: any('accept', 'claims', 'offers', 'rejects', 'rejects and shows', 'redrive', 'disown', 'erase', 'acknowledge')
    },
    steps: Infinity,
    edges_min: 6_000
  }
} as const satisfies Readonly<Record<string, Told>>
