/** `zorgpoort replay`: plays conversations and fixtures against a gateway, as the parties they come from. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { InvalidArgumentError, Option, type Command } from 'commander'
import type { Agent } from 'undici'
import { partyKind, Unusable } from '../../src/core/core.ts'
import { checkPlayed, openEndpoint, playedDoors, replay as play, scenesOf, type Door, type OpenEndpoint, type Plan, type PlayedDoor, type StepResult } from '../../src/replay/replay.ts'
import type { Family } from '../../src/standard/standard.ts'
import { home } from '../../src/version.ts'
import { checkPair } from '../../src/sign/sign.ts'
import { agentOf, call, defaultUrl, originOf } from '../client.ts'
import { receive_port, sampleParties } from '../development.ts'
import { readText } from '../files.ts'
import { developmentFolder } from '../place.ts'
import { Problem, WrongUse } from '../problem.ts'
import { progress, write, type Out } from '../progress.ts'
import { summaryText, teller } from '../told.ts'

/** One party that is played, and the files of its certificate and key. */
interface Played { readonly code: string, readonly cert: string, readonly key: string }
interface Options {
  readonly url: string
  readonly as?: readonly Played[]
  readonly ca?: string
  readonly door?: ReadonlyMap<string, PlayedDoor>
  readonly listen: number
  readonly certificate: string
  readonly key: string
  readonly family?: Family
  readonly freshIds?: boolean
  readonly repeat: number
  readonly rate?: number
  readonly concurrency: number
  readonly timeout: number
  readonly json?: boolean
}

/** Where the conversations that come with the program are. */
const conversations = join(home, 'fixtures', 'conversations')

/** @throws InvalidArgumentError, which is wrong use */
function played (text: string, before: readonly Played[] = []): readonly Played[] {
  const [, code = '', cert = '', key = ''] = /^([^=]+)=([^,]+),([^,]+)$/.exec(text) ?? []
  if (partyKind(code) === null || key === '') throw new InvalidArgumentError('it is a party code, its certificate and its key: 0344=gemeente.pem,gemeente.key')
  return [...before.filter(it => it.code !== code), { code, cert, key }]
}

/** @throws InvalidArgumentError, which is wrong use */
function spoken (text: string, before: ReadonlyMap<string, PlayedDoor> = new Map()): ReadonlyMap<string, PlayedDoor> {
  const [, code = '', name = ''] = /^([^=]+)=([a-z]+)$/.exec(text) ?? []
  const door = playedDoors.find(it => it === name)
  if (partyKind(code) === null || door === undefined) throw new InvalidArgumentError(`it is a party code and its door, ${playedDoors.join(', ')}: 0344=ggk`)
  return new Map([...before, [code, door]])
}

const number = (what: string, from: number, to: number, whole: boolean) => (text: string): number => {
  const value = /^[0-9]+(\.[0-9]+)?$/.test(text) ? Number(text) : NaN
  if (!(value >= from && value <= to) || (whole && !Number.isInteger(value))) throw new InvalidArgumentError(`${what} is a ${whole ? 'whole ' : ''}number from ${from} to ${to}`)
  return value
}

/** The keys `serve --dev` made here, when none are given. @throws WrongUse when there are none */
function keysOf ({ as, ca }: Options): { readonly parties: readonly Played[], readonly ca: string | undefined } {
  if (as !== undefined) return { parties: as, ca }
  const own = sampleParties.map(({ name, code }) => ({ code, cert: join(developmentFolder, `${name}.pem`), key: join(developmentFolder, `${name}.key`) })).filter(it => existsSync(it.key))
  if (own.length === 0) throw new WrongUse('no keys here: give --as CODE=CERTIFICATE,KEY for each party you play, or run "npm start" in this folder first')
  return { parties: own, ca: ca ?? join(developmentFolder, 'ca.pem') }
}

/** @throws WrongUse for what cannot be replayed */
function planOf (names: readonly string[], options: Options, parties: readonly Played[]): Plan {
  try {
    const plan: Plan = {
      scenes: scenesOf(names, conversations, options.family ?? null),
      parties: parties.map(it => it.code),
      ...(options.door === undefined ? {} : { doors: options.door }),
      repeat: options.repeat,
      concurrency: options.concurrency,
      // The second time of a message is a duplicate, so that repeating asks for fresh numbers.
      fresh: options.freshIds === true || options.repeat > 1,
      per_second_max: options.rate ?? null,
      timeout_ms: options.timeout * 1000
    }
    checkPlayed(plan)
    return plan
  } catch (error) { throw error instanceof Unusable ? new WrongUse(error.message) : error }
}

/** @returns where those who speak by GGk are called; null when nobody does @throws WrongUse or Unusable when it cannot be */
async function endpointOf (plan: Plan, ca: string | undefined, { listen: port, certificate, key }: Options): Promise<OpenEndpoint | null> {
  if (![...plan.doors?.values() ?? []].includes('ggk')) return null
  if (ca === undefined) throw new WrongUse('who speaks by ggk is called by the gateway: --ca names the authority (PEM) of the certificate it calls with')
  const pair = { cert: readText(certificate), key: readText(key) }
  checkPair(pair.key, pair.cert, { key, certificate })
  return await openEndpoint({ host: '127.0.0.1', port, ...pair, ca: readText(ca) })
}

function doorOf (origin: string, agents: ReadonlyMap<string, Agent>): Door {
  return {
    call: async (party, method, path, body, headers) => {
      const agent = agents.get(party)
      if (agent === undefined) throw new Problem(`no keys of ${party}; give --as ${party}=CERTIFICATE,KEY`)
      // Named every time: an account may act for several. At the municipal door the envelope says it.
      return await call(agent, origin, method, path.startsWith('/v1/') ? `${path}${path.includes('?') ? '&' : '?'}party=${party}` : path, body ?? null, headers)
    }
  }
}

/** The first Ctrl+C ends the replay, and what it waits for, with what there is to tell; a second one ends the process. */
function interruptible (agents: Iterable<Agent>): { readonly signal: AbortSignal, readonly over: () => void } {
  const asked = new AbortController()
  const stop = (): void => {
    if (asked.signal.aborted) process.exit(1)
    asked.abort()
    for (const agent of agents) agent.destroy().catch(() => {})
  }
  process.on('SIGINT', stop)
  return { signal: asked.signal, over: () => { process.off('SIGINT', stop) } }
}

/** Writes a line for each step, with a bar below them on a terminal. */
function reporter (plan: Plan, json: boolean): { readonly report: (it: StepResult) => Promise<void>, readonly end: () => void } {
  const out: Out = process.stdout.isTTY ? process.stdout : process.stderr
  const bar = progress(out, 'steps', plan.repeat * plan.scenes.reduce((sum, it) => sum + it.conversation.steps.length, 0))
  const tell = teller(plan.repeat === 1)
  const report = async (it: StepResult): Promise<void> => {
    const text = json ? `${JSON.stringify({ kind: 'step', ...it })}\n` : tell(it)
    if (text !== '') {
      bar.end()
      await write(process.stdout, text)
    }
    bar.step()
  }
  return { report, end: bar.end }
}

/** @returns whether all was as expected. @throws Problem or Unusable that ended it, after the summary */
async function replayAll (names: readonly string[], options: Options): Promise<boolean> {
  const origin = originOf(options.url)
  const { parties, ca } = keysOf(options)
  const plan = planOf(names, options, parties)
  const agents = new Map(parties.map(({ code, cert, key }): [string, Agent] => [code, agentOf({ cert, key, ca })]))
  const endpoint = await endpointOf(plan, ca, options)
  const { signal, over } = interruptible([...agents.values()])
  const { report, end } = reporter(plan, options.json === true)
  try {
    const { summary, error } = await play(plan, { door: doorOf(origin, agents), endpoint, report, signal })
    end()
    await write(process.stdout, options.json === true ? `${JSON.stringify({ kind: 'summary', ...summary })}\n` : summaryText(summary))
    if (error !== null) throw error
    return summary.as_expected
  } finally {
    end()
    over()
    // What an interrupt left open is not waited for.
    await Promise.all([...agents.values()].map(async it => { await it.destroy() }))
    await endpoint?.close()
  }
}

const help = `
WHAT is a message (.xml), a conversation, a folder of both, or the name of a conversation that comes with the program; none: all of these.
A message is sent by the party its Header names; one called invalid-… is to be refused.
How to write a conversation: fixtures/conversations/README.md.

A party speaks by REST, or as --door says: a gemeente by ggk (envelopes; what is for it comes to --listen, where the register must have it
called: zorgpoort parties add 0344 --ggk https://127.0.0.1:${receive_port}/), an aanbieder by vsp (push, pull). What came of a message is asked by REST.
While it runs it takes all that --listen is called with.

The keys that "npm start" made in ${developmentFolder}/ are used when no --as is given. The gateway is looked for on this machine, on port
$ZORGPOORT_REST_PORT or 8443; "npm start" prints the command with its own port.

Exit codes: 0 all as expected, 1 any difference, or interrupted, 2 wrong use.`

export function replay (program: Command, end: (code: number) => void): void {
  program.command('replay').description('play conversations and fixtures as the parties they come from').argument('[what...]', 'messages, conversations, folders')
    .option('--url <url>', 'the gateway', defaultUrl())
    .option('--as <code=certificate,key>', 'a party to play and its PEM files; once for each', played)
    .option('--ca <file>', 'certificate authority of the gateway (PEM)')
    .option('--door <code=door>', 'by which door a party speaks: rest (when nothing is said), ggk or vsp; once for each', spoken)
    .option('--listen <port>', 'where who speaks by ggk is called, on 127.0.0.1', number('--listen', 0, 65_535, true), receive_port)
    .option('--certificate <file>', 'what it shows there (PEM)', join(developmentFolder, 'server.pem'))
    .option('--key <file>', 'its private key (PEM)', join(developmentFolder, 'server.key'))
    .addOption(new Option('--family <family>', 'play conversations in this one only').choices(['iwmo', 'ijw']))
    .option('--fresh-ids', 'new Identificaties, and new numbers where they must be unique, so that it can be played again')
    .option('--repeat <n>', 'play all of it so often, with fresh numbers each time', number('--repeat', 1, 1_000_000, true), 1)
    .option('--rate <n>', 'messages a second at most', number('--rate', 0.01, 100_000, false))
    .option('--concurrency <n>', 'repetitions at a time', number('--concurrency', 1, 256, true), 16)
    .option('--timeout <seconds>', 'how long a message is waited for', number('--timeout', 0.1, 3600, false), 30)
    .option('--json', 'one JSON line per step, the summary at the end')
    .addHelpText('after', help)
    .action(async (names: string[], options: Options) => { if (!await replayAll(names, options)) end(1) })
}
