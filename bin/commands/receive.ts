/** `zorgpoort receive`: an endpoint that takes what a gateway pushes, to try pushing out and to see what a receiver must do. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { InvalidArgumentError, Option, type Command } from 'commander'
import { usableCertificate, usableKey, checkPair, keyPem } from '../../src/sign/sign.ts'
import { receive_port } from '../development.ts'
import { readText } from '../files.ts'
import { developmentFolder } from '../place.ts'
import { Problem, WrongUse } from '../problem.ts'
import { openGgkReceiver } from '../receive/ggk.ts'
import { openReceiver } from '../receive/receiver.ts'

interface Options {
  readonly to: string, readonly host: string, readonly port: number, readonly certificate: string, readonly key: string
  readonly ca: string, readonly trust: string, readonly seal: boolean, readonly answer?: number, readonly times: number, readonly slow: number
  readonly door: 'push' | 'ggk', readonly refuse?: string
}

const whole = (min: number, max: number) => (text: string): number => {
  if (!/^\d{1,9}$/.test(text) || Number(text) < min || Number(text) > max) throw new InvalidArgumentError(`it is a whole number from ${min} to ${max}`)
  return Number(text)
}

/** @throws InvalidArgumentError, which is wrong use */
function codeIn (text: string): string {
  if (!/^[A-Za-z0-9]{1,7}$/.test(text)) throw new InvalidArgumentError('it is the code of an Fo03, such as StUF046')
  return text
}

/** @throws Unusable naming the file that holds no certificate */
function certificatesIn (path: string): string {
  const pem = readText(path)
  usableCertificate(pem, path)
  return pem
}

/** @throws Problem when nothing can be kept there */
function made (dir: string): string {
  try { mkdirSync(dir, { recursive: true, mode: 0o700 }) } catch { throw new Problem(`cannot make the folder ${dir}`) }
  return dir
}

/** Resolves at SIGTERM or SIGINT. */
const asked = (): Promise<void> => new Promise(resolve => { for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => { resolve() }) })

async function run (options: Options): Promise<void> {
  const { host, port, to, certificate, key, ca, trust, seal, answer, times, slow, door, refuse } = options
  if (refuse !== undefined && (door !== 'ggk' || answer !== undefined)) throw new WrongUse('--refuse is for --door ggk, and goes without --answer')
  const cert = certificatesIn(certificate)
  const secret = keyPem(usableKey(readText(key), key))
  checkPair(secret, cert, { key, certificate })
  const stop = asked()
  const settings = {
    host, port, key: secret, cert, ca: certificatesIn(ca), trusted: seal ? certificatesIn(trust) : null, dir: made(to),
    odd: { status: answer ?? null, times, slow_ms: slow }, say: (line: string) => { console.log(line) }
  }
  const receiver = await (door === 'ggk' ? openGgkReceiver({ ...settings, refuse: refuse ?? null }) : openReceiver(settings))
  console.log(`Takes what is ${door === 'ggk' ? 'called by StUF-GGk on' : 'pushed to'} https://${host.includes(':') ? `[${host}]` : host}:${receiver.port}/ and keeps it in ${to}. Ctrl+C stops.`)
  await stop
  await receiver.close()
}

const inFolder = (name: string): string => join(developmentFolder, name)

export function receive (program: Command): void {
  program.command('receive').description('take what a gateway pushes: an endpoint for testers, and for who writes provider software')
    .option('--to <folder>', 'where messages are kept, each in a folder named by its id', 'received')
    .option('--host <host>', 'address it listens on', '127.0.0.1')
    .option('--port <port>', 'port it listens on (0 takes a free one)', whole(0, 65_535), receive_port)
    .option('--certificate <file>', 'its own certificate (PEM), its chain below it', inFolder('server.pem'))
    .option('--key <file>', 'the private key that belongs to it (PEM, without a passphrase)', inFolder('server.key'))
    .option('--ca <file>', 'authorities (PEM) whose client certificates may push', inFolder('ca.pem'))
    .option('--trust <file>', 'authorities (PEM) that seals of the gateway come from', inFolder('ca.pem'))
    .addOption(new Option('--door <door>', 'how the gateway comes: push (REST, multipart) or ggk (StUF-GGk, a municipality’s endpoint)').choices(['push', 'ggk']).default('push'))
    .option('--refuse <code>', 'answer a call by StUF-GGk with an Fo03 of this code, such as StUF046', codeIn)
    .option('--no-seal', 'do not look at seals')
    .option('--answer <status>', 'answer so instead of taking anything, such as 503 or 422', whole(300, 599))
    .option('--times <n>', 'how many pushes are answered so, before it takes them', whole(0, 999_999_999), 999_999_999)
    .option('--slow <ms>', 'wait so long before each answer, in milliseconds', whole(0, 3_600_000), 0)
    .addHelpText('after', '\nA message is taken (204) when it is on disk whole: its metadata, receipt and bytes tell of one message, and its seal verifies.\nOne that comes again is taken again and written once. What does not hold together is answered 422 with a code.\nWith --door ggk each Di01, Du01 and Fo01 is kept under its referentienummer and answered Bv03, then shown in a line.\nWithout options it uses the certificates of the development gateway of this folder ("npm start" makes them).')
    .action(run)
}
