/** `serve --dev`: keys, sample parties and settings for a first look, all in one folder that git ignores. */
import { join, relative } from 'node:path'
import { partyCode, systemClock } from '../src/core/core.ts'
import { planAccount, planParty, sayComplete, together, type Plan, type WantedJudging } from '../src/register/register.ts'
import { developmentKeys } from '../src/sign/sign.ts'
import { openStore, type Register } from '../src/store/store.ts'
import { makeRoots, readRoots, rootsIn, type RootSources } from '../src/vault/vault.ts'
import { home } from '../src/version.ts'
import { developmentDatabase, developmentFolder } from './place.ts'
import { askedNow, certificateOf, changeBy } from './register.ts'
import { sampleSources } from './sources.ts'

/** The two made-up parties of a development gateway; the fixtures are between them. */
export const sampleParties = [
  { name: 'gemeente', code: '0344', title: 'Voorbeeldgemeente' },
  { name: 'aanbieder', code: '42420001', title: 'Voorbeeldaanbieder' }
] as const

/** Where `receive` listens when nothing else is said. */
export const receive_port = 9_443

/** Settings of a development gateway; the environment and flags go before them. */
export const developmentSettings = {
  mode: 'test',
  database: developmentDatabase,
  tls_key: join(developmentFolder, 'server.key'),
  tls_certificate: join(developmentFolder, 'server.pem'),
  seal_key: join(developmentFolder, 'seal.key'),
  seal_certificate: join(developmentFolder, 'seal.pem'),
  push_key: join(developmentFolder, 'push.key'),
  push_certificate: join(developmentFolder, 'push.pem'),
  push_ca: join(developmentFolder, 'ca.pem'),
  push_ports: `443,8443,${receive_port}`,
  push_networks: '127.0.0.0/8,::1/128',
  // Who watches how it is tried again does not wait a minute for it.
  retry_first_ms: 5_000,
  ...rootsIn(developmentFolder)
}

const isThere = ({ parties }: Register, code: string): boolean => parties.some(it => it.code === code)
/** Judging a 325 holds nothing up, and makes that earlier messages are kept: rules know all of them when somebody tries out `--judge full`. */
const keeping: WantedJudging = { types: { 325: 'full' } }

/** A party, and its account under its name with the certificate made for it. How it is judged stays as somebody said it. */
function sample ({ name, code, title }: typeof sampleParties[number]): Plan[] {
  const certificates = { how: 'add', all: [certificateOf(join(developmentFolder, `${name}.pem`))] } as const
  const judging = (now: Register): WantedJudging | undefined => name === 'gemeente' || isThere(now, code) ? undefined : keeping
  return [now => planParty(now, { code, name: title, families: ['iwmo', 'ijw'], judging: judging(now) }), now => planAccount(now, { id: name, party: code, certificates }, askedNow())]
}

/** Makes what is not there yet: keys, database, sample parties, external sources. @param say told of each step */
export async function prepareDevelopment (database: string, sources: RootSources, say: (step: string) => void): Promise<void> {
  await developmentKeys(developmentFolder, sampleParties.map(({ name, code }) => ({ name, code: partyCode(code) })))
  say(`keys and certificates in ${developmentFolder}/ (made here, for development only)`)
  makeRoots(developmentFolder, systemClock.now())
  const store = await openStore({ url: database, mode: 'test', roots: readRoots(sources) })
  try {
    // An account that was stopped stays so: somebody is trying that out.
    const { before } = await changeBy(store, together(...sampleParties.flatMap(sample)))
    // Nothing was sent before, so all of it is here.
    if (!sampleParties.some(it => isThere(before, it.code))) await sayComplete(store, { gemeente: sampleParties[0].code, aanbieder: sampleParties[1].code, complete_from: '2015-01-01' }, { account: null, now: systemClock.now() })
    await sampleSources(store)
  } finally { await store.close() }
  say('sample parties 0344 (gemeente) and 42420001 (aanbieder)')
}

const curl = (party: string, rest: string): string =>
  `curl -sS --cacert ${developmentFolder}/ca.pem --cert ${developmentFolder}/${party}.pem --key ${developmentFolder}/${party}.key ${rest}`

/** @returns the commands a newcomer copies: send, read, acknowledge, whole conversations, and being pushed to */
export function firstCommands (port: number): Array<readonly [title: string, command: string]> {
  const url = `https://localhost:${port}/v1`
  const fixture = relative(process.cwd(), join(home, 'fixtures/iwmo/3.2/WMO301/small.xml'))
  const mailbox = (query: string, and = ''): string => curl('aanbieder', `${and}'${url}/mailbox${query}'`)
  // Answers are JSON without a newline; on a terminal the prompt would follow at once.
  const newline = "-w '\\n' "
  return [
    ['Send a toewijzing as the gemeente', curl('gemeente', `${newline}-H 'Content-Type: application/xml' --data-binary @${fixture} ${url}/messages`)],
    ['Read the mailbox as the aanbieder', mailbox('', newline)],
    ['Acknowledge its oldest message (prints 204)', curl('aanbieder', `-o /dev/null -w '%{http_code}\\n' -X DELETE "${url}/mailbox/$(${mailbox('?limit=1')} | cut -d'"' -f6)"`)],
    ['Play whole conversations as both, from assignment to payment', `npx zorgpoort replay --fresh-ids${port === 8443 ? '' : ` --url https://localhost:${port}`}`],
    ['Be pushed to: take it, in a terminal of its own', 'npx zorgpoort receive'],
    ['… and have what is for the aanbieder pushed there (then send full.xml in the place of small.xml, as the same message is taken once; --no-push ends it)', `npx zorgpoort parties add ${sampleParties[1].code} --push https://127.0.0.1:${receive_port}/`],
    ['… or be called as municipal software is, for "npx zorgpoort receive --door ggk" (--no-ggk ends it)', `npx zorgpoort parties add ${sampleParties[0].code} --ggk https://127.0.0.1:${receive_port}/`]
  ]
}
