/** Judges files by as many control levels as asked, and makes the answer each would get. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { isRejecting, newIdentificatie, refusals, type Finding } from '../../src/core/core.ts'
import { memoryHistory, pairOf, type MemoryHistory } from '../../src/history/history.ts'
import { judgeAll, placed, shortened } from '../../src/rules/rules.ts'
import { noSources, readSources, type Sources } from '../../src/sources/sources.ts'
import { answerTo, writeMessage, type Answer, type MessageModel, type Tree } from '../../src/standard/standard.ts'
import { checkSize, fault, finding, validator_defaults, type Judgement, type Validator } from '../../src/validate/validate.ts'
import { reasonOf, visible } from '../files.ts'
import { messagesIn } from '../messages.ts'
import { Problem } from '../problem.ts'
import { progress, type Out } from '../progress.ts'
import type { Task } from './options.ts'

/** What is said of one file; with `--json` this is the line. */
export interface Verdict {
  readonly file: string
  readonly valid: boolean
  readonly type: string | null
  readonly findings: readonly Finding[]
  /** Where its answer was written; null for a message that gets none. Absent where none was asked for. */
  readonly retour?: string | null
}

/** @returns judges one file after the other; throws a Problem when an earlier message, a source or an answer cannot be read or written */
export async function openJudge (task: Task, validator: Validator, err: Out): Promise<(file: string) => Promise<Verdict>> {
  const memory = memoryHistory({ compleetVanaf: task.compleetVanaf })
  if (task.history !== undefined) await remember(memory, messagesIn(task.history), validator, err)
  const sources = task.sources === undefined ? noSources : await sourcesIn(task.sources)
  if (task.retour !== undefined) mkdirSync(task.retour, { recursive: true, mode: 0o700 })
  return async file => {
    const bytes = await read(file)
    if (!(bytes instanceof Uint8Array)) return { file, valid: false, type: null, findings: [bytes], ...(task.retour === undefined ? {} : { retour: null }) }
    const judgement = await validator.validate(bytes)
    const type = judgement.model?.type ?? null
    if (judgement.kind !== 'valid') return { file, valid: false, type, findings: refused(judgement), ...(task.retour === undefined ? {} : { retour: null }) }
    const { model, message } = judgement
    const outside = { history: memory.of(pairOf(model, message)), sources, today: task.today }
    const findings = judgeAll(model, message, outside, task.levels)
    const answer = model.answeredBy === null ? null : answerTo(model, message, findings, { identificatie: newIdentificatie(), dagtekening: task.today })
    if (task.chain) chain(memory, model, message, answer)
    return { file, valid: !findings.some(isRejecting), type, findings: placed(shortened(findings), model, message, bytes), ...(task.retour === undefined ? {} : { retour: keep(task.retour, file, answer) }) }
  }
}

async function sourcesIn (dir: string): Promise<Sources> {
  if (!['municipalities', 'products', 'contracts'].some(list => existsSync(join(dir, `${list}.csv`)))) throw new Problem(`--sources: ${visible(dir)} has no municipalities.csv, products.csv or contracts.csv`)
  const read = await readSources(dir)
  if ('sources' in read) return read.sources
  const [first] = read.refused.faults
  throw new Problem(`--sources: ${visible(read.file)}: ${first === undefined ? 'it is no such list' : `line ${first.line}: ${first.column} is ${visible(first.found)}, and should be ${first.expected}`}; zorgpoort import --help says what its columns are`)
}

/** What was judged counts as sent; what was rejected as never sent, but for its Identificatie. A good retour changes nothing, so that one among the files may still reject it. */
function chain (memory: MemoryHistory, model: MessageModel, message: Tree, answer: Answer | null): void {
  memory.take(model, message)
  if (answer !== null && !answer.approved) memory.take(answer.model, answer.message)
}

async function remember (memory: MemoryHistory, files: readonly string[], validator: Validator, err: Out): Promise<void> {
  const bar = progress(err, 'earlier messages', files.length)
  try {
    for (const file of files) {
      const bytes = await read(file)
      if (!(bytes instanceof Uint8Array)) throw new Problem(`--history: ${visible(file)}: ${bytes.message_en}`)
      const judgement = await validator.validate(bytes)
      if (judgement.kind !== 'valid') throw new Problem(`--history: ${visible(file)} does not fit its schema, so it was never sent; take it out of the folder (zorgpoort validate tells what is wrong with it)`)
      memory.take(judgement.model, judgement.message)
      bar.step()
    }
  } finally { bar.end() }
}

/** @returns the bytes of a file, or the finding why it cannot be judged; a file that is too large is not read */
async function read (file: string): Promise<Uint8Array | Finding> {
  try {
    const large = checkSize((await stat(file)).size, validator_defaults.payload_bytes_max)
    return large?.finding ?? await readFile(file)
  } catch (error) {
    return finding(fault('ZP_FILE_UNREADABLE', reasonOf(error)), { line: null, path: '' })
  }
}

/** A message that could not be judged has no findings of its own: the refusal is the finding. */
function refused ({ code, findings }: Extract<Judgement, { kind: 'invalid' }>): readonly Finding[] {
  if (findings.length > 0) return findings
  const { nl, en } = refusals[code]
  return [{ level: 1, code, line: null, path: '', found: '', expected: '', message: nl, message_en: en }]
}

/** Named after the file, never after what stands in it; what is there is not overwritten. */
function keep (dir: string, file: string, answer: Answer | null): string | null {
  if (answer === null) return null
  const path = join(dir, `${basename(file).replace(/\.xml$/i, '')}-retour.xml`)
  try {
    writeFileSync(path, writeMessage(answer.model, answer.message), { flag: 'wx', mode: 0o600 })
  } catch (error) {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST'
    throw new Problem(exists ? `${visible(path)} is there already and is not overwritten: empty the folder or name another with --retour` : `cannot write ${visible(path)}: ${reasonOf(error).en}`)
  }
  return path
}
