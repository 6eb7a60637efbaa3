/** `zorgpoort receive`: an endpoint that takes what a gateway pushes, to try pushing out and to see what a receiver must do. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { InvalidArgumentError, type Command } from 'commander'
import { usableCertificate, usableKey, checkPair, keyPem } from '../../src/sign/sign.ts'
import { receive_port } from '../development.ts'
import { readText } from '../files.ts'
import { developmentFolder } from '../place.ts'
import { Problem } from '../problem.ts'
import { openReceiver } from '../receive/receiver.ts'

interface Options {
  readonly to: string, readonly host: string, readonly port: number, readonly certificate: string, readonly key: string
  readonly ca: string, readonly trust: string, readonly seal: boolean, readonly answer?: number, readonly times: number, readonly slow: number
}

const whole = (min: number, max: number) => (text: string): number => {
  if (!/^\d{1,9}$/.test(text) || Number(text) < min || Number(text) > max) throw new InvalidArgumentError(`it is a whole number from ${min} to ${max}`)
  return Number(text)
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
  const { host, port, to, certificate, key, ca, trust, seal, answer, times, slow } = options
  const cert = certificatesIn(certificate)
  const secret = keyPem(usableKey(readText(key), key))
  checkPair(secret, cert, { key, certificate })
  const stop = asked()
  const receiver = await openReceiver({
    host, port, key: secret, cert, ca: certificatesIn(ca), trusted: seal ? certificatesIn(trust) : null, dir: made(to),
    odd: { status: answer ?? null, times, slow_ms: slow }, say: line => { console.log(line) }
  })
  console.log(`Takes what is pushed to https://${host.includes(':') ? `[${host}]` : host}:${receiver.port}/ and keeps it in ${to}. Ctrl+C stops.`)
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
    .option('--no-seal', 'do not look at seals')
    .option('--answer <status>', 'answer so instead of taking anything, such as 503 or 422', whole(300, 599))
    .option('--times <n>', 'how many pushes are answered so, before it takes them', whole(0, 999_999_999), 999_999_999)
    .option('--slow <ms>', 'wait so long before each answer, in milliseconds', whole(0, 3_600_000), 0)
    .addHelpText('after', '\nA message is taken (204) when it is on disk whole: its metadata, receipt and bytes tell of one message, and its seal verifies.\nOne that comes again is taken again and written once. What does not hold together is answered 422 with a code.\nWithout options it uses the certificates of the development gateway of this folder ("npm start" makes them).')
    .action(run)
}
