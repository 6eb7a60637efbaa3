/** `zorgpoort send`: send messages over mutual TLS, as a party's software would, by any door. */
import { InvalidArgumentError, Option, type Command } from 'commander'
import { agentOf, originOf, withCaller, type Caller } from '../client.ts'
import { readBytes } from '../files.ts'
import { Problem, WrongUse } from '../problem.ts'
import { progress, write } from '../progress.ts'
import { byGgk } from '../send/ggk.ts'
import { byRest } from '../send/rest.ts'
import { failed, type Line, type Sending, type Sent } from '../send/sent.ts'
import { byVsp } from '../send/vsp.ts'

type SendDoor = 'rest' | 'ggk' | 'vsp'
interface Options extends Caller { readonly json?: boolean, readonly door: SendDoor, readonly number?: string, readonly answers?: string, readonly zip?: boolean }

/** @returns the number in lower case, as the chain writes it @throws InvalidArgumentError, which is wrong use */
function uuid (text: string): string {
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) throw new InvalidArgumentError('it is a UUID, such as 5f2e6f0a-8d1b-4c3e-9a7f-0123456789ab')
  return text.toLowerCase()
}

/** @throws WrongUse for options that do not go together */
function checkOptions (files: readonly string[], { door, number, answers, zip = false }: Options): void {
  if (door === 'rest' && (number ?? answers) !== undefined) throw new WrongUse('--number and --answers are for --door ggk and vsp: by REST the gateway numbers messages, and finds what an answer answers')
  if (zip && door !== 'vsp') throw new WrongUse('--zip is for --door vsp')
  if (files.length > 1 && (number ?? answers) !== undefined) throw new WrongUse('--number and --answers are of one message: send one file')
}

function sendingBy (door: SendDoor, line: Line, { number = null, answers = null, zip = false }: { number?: string | null, answers?: string | null, zip?: boolean }): Sending {
  switch (door) {
    case 'rest': return byRest(line)
    case 'ggk': return byGgk(line, { number, answers, zip })
    case 'vsp': return byVsp(line, { number, answers, zip })
  }
}

/** A file that cannot be read or sent is told of like one that is refused: the others still go. */
async function sent (file: string, send: Sending): Promise<Sent> {
  let bytes: Buffer
  try { bytes = readBytes(file) } catch (error) {
    if (error instanceof Problem) return failed(file, error.message)
    throw error
  }
  return await send(file, bytes)
}

/** @returns whether every file was taken */
async function sendAll (files: readonly string[], options: Options): Promise<boolean> {
  checkOptions(files, options)
  const origin = originOf(options.url)
  const dispatcher = agentOf(options)
  const send = sendingBy(options.door, { dispatcher, origin, as: options.as }, options)
  const bar = progress(process.stdout.isTTY ? process.stdout : process.stderr, 'messages', files.length)
  let all = true
  try {
    for (const file of files) {
      const { good, text, json } = await sent(file, send)
      all &&= good
      bar.end()
      await write(process.stdout, `${options.json === true ? JSON.stringify(json) : text}\n`)
      bar.step()
    }
  } finally {
    bar.end()
    await dispatcher.close()
  }
  return all
}

const help = `
--door ggk puts each message in a Di01 (an answer in a Du01) and calls the municipal door; it says Bv03 or Fo03, and what became of it.
--door vsp pushes it with its berichtMetadata to the provider door, and asks its berichtstatus.
Sender and receiver are those of the message; a retour needs --answers, the number of the message it answers as it came to you.

Exit codes: 0 all accepted, 1 any rejected, refused or unreadable, 2 wrong use.`

export function send (program: Command, end: (code: number) => void): void {
  withCaller(program.command('send').description('send messages to a gateway').argument('<file...>', 'messages (XML)'))
    .addOption(new Option('--door <door>', 'by which door: rest, ggk (as municipal software does) or vsp (as provider software does)').choices(['rest', 'ggk', 'vsp']).default('rest'))
    .option('--number <uuid>', 'its referentienummer (ggk) or traceerId (vsp); without it a new one is made', uuid)
    .option('--answers <uuid>', 'number of the message it answers: crossRefnummer (ggk), alsAntwoordOp (vsp)', uuid)
    .option('--zip', 'vsp: send the message in a ZIP')
    .option('--json', 'one JSON line per file')
    .addHelpText('after', help)
    .action(async (files: string[], options: Options) => { if (!await sendAll(files, options)) end(1) })
}
