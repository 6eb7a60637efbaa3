/** Work on the items of a group in step: what they ask alike at one moment is asked in one statement. */
import { arrayOf } from './binary.ts'
import { StoreFailure, type Many, type Row, type Session, type Statement, type Value, type Values } from './db.ts'
import type { Dialect } from './dialect.ts'

/** So many go together at most, and of so many bytes. */
const step_items = 64
const step_bytes = 4_000_000

interface Answer { readonly rows: Row[], /** How many rows changed. */ readonly count: number }
interface Question {
  readonly statement: Statement
  readonly values: Values
  /** Asks it by itself. */
  alone (session: Session): Promise<Answer>
}
interface Asked extends Question {
  gives (answer: Answer): void
  fails (error: unknown): void
}

const told = (value: unknown): unknown => value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value

/** @returns of each set of values the rows it gave, in their order */
function apart (rows: readonly Row[], asked: readonly Question[], { by, statement }: Many): Row[][] {
  const nths = by === null ? null : new Map(asked.map(({ values }, nth) => [told(values[by]), nth]))
  const sets: Row[][] = asked.map(() => [])
  for (const row of rows) {
    const set = sets[by === null ? Number(row['nth']) - 1 : nths?.get(told(row[by])) ?? -1]
    if (set === undefined) throw new TypeError(`a row belongs to nobody who asked: ${statement.sql}`)
    set.push(row)
  }
  return sets
}

async function askMany (session: Session, asked: readonly Question[], many: Many): Promise<Answer[]> {
  const column = (name: string): Value[] => asked.map(({ values: { [name]: value } }) => value === undefined ? missing(name) : value)
  const values = Object.fromEntries(many.columns.map(([name, kind]) => [name, arrayOf(kind, column(name))]))
  if (many.silent) {
    await session.run(many.statement, values)
    return asked.map(() => ({ rows: [], count: 1 }))
  }
  return apart(await session.all(many.statement, values), asked, many).map(rows => ({ rows, count: rows.length }))
}

/** @returns what was answered to each, asked in the order in which the first of its kind was */
async function answered<Q extends Question> (session: Session, asked: readonly Q[]): Promise<Map<Q, Answer>> {
  const answers = new Map<Q, Answer>()
  for (const [{ many }, alike] of Map.groupBy(asked, it => it.statement)) {
    if (many !== undefined && alike.length > 1) for (const [nth, answer] of (await askMany(session, alike, many)).entries()) answers.set(alike[nth] ?? never(), answer)
    else for (const it of alike) answers.set(it, await it.alone(session))
  }
  return answers
}

const reading = (statement: Statement, values: Values): Question => ({ statement, values, alone: async it => ({ rows: await it.all(statement, values), count: 0 }) })
const changing = (statement: Statement, values: Values): Question => ({ statement, values, alone: async it => ({ rows: [], count: await it.run(statement, values) }) })

/** @returns the rows the statement gives for each set of values: at once, where it has a form for many */
export async function askTogether (session: Session, statement: Statement, sets: readonly Values[]): Promise<Row[][]> {
  const questions = sets.map(values => reading(statement, values))
  const answers = await answered(session, questions)
  return questions.map(it => answers.get(it)?.rows ?? [])
}

/** Answers when all who go on wait for an answer. */
function openRounds (session: Session, count: number) {
  let [going, failed]: [number, { readonly error: unknown } | null] = [count, null]
  let asked: Asked[] = []
  const fail = (error: unknown, round: readonly Asked[] = asked.splice(0)): void => {
    failed ??= { error }
    for (const it of round) it.fails(error)
  }
  const turn = (): void => {
    if (going === 0 || asked.length < going) return
    const round = asked
    asked = []
    answered(session, round).then(answers => { for (const [it, answer] of answers) it.gives(answer) }, (error: unknown) => { fail(error, round) })
  }
  return {
    fail,
    ask: (question: Question): Promise<Answer> => new Promise((resolve, reject) => {
      if (failed !== null) return reject(failed.error)
      asked.push({ ...question, gives: resolve, fails: reject })
      turn()
    }),
    /** One of them asks no more. */
    leave (): void {
      going--
      turn()
    },
    failure: () => failed
  }
}

/** @returns what became of each @throws the first failure, after which nothing more is asked: what was done of the others is to be undone */
async function inStep<Item, Result> (session: Session, items: readonly Item[], each: (session: Session, item: Item) => Promise<Result>): Promise<Result[]> {
  const rounds = openRounds(session, items.length)
  const part: Session = {
    within: session.within ?? session,
    era: session.era,
    nested: () => Promise.reject(new TypeError('work in step has no parts')),
    all: async (statement, values = {}) => (await rounds.ask(reading(statement, values))).rows,
    run: async (statement, values = {}) => (await rounds.ask(changing(statement, values))).count
  }
  const results = await Promise.allSettled(items.map(async item => {
    try { return await each(part, item) } catch (error) {
      rounds.fail(error)
      throw error
    } finally { rounds.leave() }
  }))
  const failure = rounds.failure()
  if (failure !== null) throw failure.error
  return results.map(it => it.status === 'fulfilled' ? it.value : never())
}

function never (): never { throw new TypeError('an answer is missing') }
function missing (name: string): never { throw new TypeError(`no value for ${name}`) }

/** All that an item changes or looks at and another may change too, by names. */
export interface Touched {
  readonly changes: readonly string[]
  /** What it looks at or changes in such a way that it does not matter who is first among those who do the same. */
  readonly shares?: ReadonlyArray<readonly [name: string, how: string]>
}

/** What is done with the items of a group. */
export interface Together<Item, Result> {
  /** What an item has to do with others; null for one that is to be alone. */
  touches (item: Item): Touched | null
  bytes (item: Item): number
  /** It asks its session and nothing else, in step with others of which none touches what it does. */
  each (session: Session, item: Item): Promise<Result>
  /** The same, by itself: the others do not see it fail. */
  alone (session: Session, item: Item): Promise<Result>
}

/** @returns what tells of one item after another whether it goes with those before it; one that does not is as if it had not been */
export function openPart<Item> ({ touches, bytes }: Pick<Together<Item, unknown>, 'touches' | 'bytes'>): (item: Item) => boolean {
  const [changed, shared] = [new Set<string>(), new Map<string, string>()]
  let [count, sum, whole] = [0, 0, false]
  return item => {
    if (whole || count >= step_items) return false
    const touched = touches(item)
    const { changes, shares = [] } = touched ?? { changes: [] }
    const meets = changes.some(it => changed.has(it) || shared.has(it)) || shares.some(([it, how]) => changed.has(it) || (shared.get(it) ?? how) !== how)
    if (count > 0 && (touched === null || meets || sum + bytes(item) > step_bytes)) return false
    for (const name of changes) changed.add(name)
    for (const [name, how] of shares) shared.set(name, how)
    count++
    sum += bytes(item)
    whole = touched === null
    return true
  }
}

/** @returns the items in their order, cut where one touches what one before it did */
function cut<Item> (items: readonly Item[], it: Pick<Together<Item, unknown>, 'touches' | 'bytes'>): Item[][] {
  const parts: Item[][] = []
  let fits = openPart(it)
  for (const item of items) {
    if (parts.length > 0 && fits(item)) { parts.at(-1)?.push(item); continue }
    fits = openPart(it)
    fits(item)
    parts.push([item])
  }
  return parts
}

/**
 * Does it with all, in step where the database is a server; one after the other where a group cannot go together, or something goes wrong with one.
 * @returns what became of each, in their order
 */
export async function together<Item, Result> (session: Session, dialect: Pick<Dialect, 'alone'>, items: readonly Item[], it: Together<Item, Result>): Promise<Result[]> {
  const results: Result[] = []
  for (const part of dialect.alone === null ? items.map(item => [item]) : cut(items, it)) {
    const done = part.length === 1
      ? null
      : await session.nested(() => inStep(session, part, it.each)).catch((error: unknown) => {
        if (error instanceof StoreFailure) throw error
        return null
      })
    if (done !== null) results.push(...done)
    else for (const item of part) results.push(await it.alone(session, item))
  }
  return results
}
