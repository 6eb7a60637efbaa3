/** What can be replayed: files of messages, conversations, folders of both, and the conversations that come with the program. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { Unusable } from '../core/core.ts'
import { rules } from '../rules/rules.ts'
import { families, fixtureRefusal, type Family } from '../standard/standard.ts'
import { extension, parseConversation, type Conversation, type Expected, type Step } from './conversation.ts'
import type { Plan } from './run.ts'

const conversationFile = (path: string): boolean => path.endsWith(extension)
/** What came before a fixture is no message to send with the others: it is for judging that one. */
const messageFile = (path: string): boolean => path.toLowerCase().endsWith('.xml') && !/\binvalid-\w+\/history\//.test(path)

/** A file by its name: `invalid-…` is to be refused with the code of its fault, or has the outcome of the rule it breaks; any other is to be accepted. */
function expectedOf (path: string): Expected {
  const [, rule] = /\binvalid-([A-Z]{2}[0-9]{3})\b/.exec(path) ?? []
  if (rule !== undefined) return { outcome: outcomeOf(rule, numberIn(path)), code: null, at: null }
  const code = fixtureRefusal(basename(path))
  return code === null ? { outcome: 'accepted', code: null, at: null } : { outcome: 'refused', code: code === 'any' ? null : code, at: null }
}

/** Of the rules above the schema the door itself holds two: in test mode the Bsn (CS002), and whether it knows the gemeente (TR378). */
const heldAtDoor: readonly string[] = ['CS002', 'TR378']

/** What a gateway that judges by levels 1 and 2 (the default) says of a message that breaks this rule; a 325 for no claim it knows is always refused. */
function outcomeOf (code: string, number: number): Expected['outcome'] {
  const level = rules.find(it => it.code === code)?.level ?? 3
  if (level === 1 || number === 325 || heldAtDoor.includes(code)) return 'refused'
  return level === 2 ? 'rejected' : 'accepted'
}

/** Each file is sent, and looked for in the mailbox of its receiver. */
function stepsOf (path: string, nth: number): readonly Step[] {
  const [line, expected] = [nth + 1, expectedOf(path)]
  const send: Step = { kind: 'file', line, name: path, file: path, expected }
  return expected.outcome === 'accepted' ? [send, { kind: 'receive', line, who: null, name: path, number: null, of: null }] : [send]
}

const ofFiles = (name: string, files: readonly string[]): Conversation => ({ name, steps: files.flatMap(stepsOf), stops: false })

/** @throws Unusable naming what cannot be read */
function kindOf (path: string): 'folder' | 'file' | null {
  try { return statSync(path).isDirectory() ? 'folder' : 'file' } catch { return null }
}

function conversationIn (path: string): Conversation {
  let text = ''
  try { text = readFileSync(path, 'utf8') } catch { throw new Unusable(`cannot read ${path}`) }
  return parseConversation(text, basename(path, extension), path, dirname(path))
}

type Scenes = Plan['scenes']

const both = (path: string, of: readonly Family[]): Scenes => {
  const conversation = conversationIn(path)
  return of.map(family => ({ conversation, family }))
}

/** In a folder a message comes before its answer: the numbers of the standard are in that order. */
const byNumber = (a: string, b: string): number => (numberIn(a) - numberIn(b)) || (a < b ? -1 : 1)
const numberIn = (path: string): number => Number(/(?:WMO|JW)([0-9]{3})/i.exec(path)?.[1] ?? 0)

function inFolder (path: string, of: readonly Family[]): Scenes {
  const files = readdirSync(path, { recursive: true, encoding: 'utf8' }).map(it => join(path, it)).sort()
  const messages = files.filter(messageFile).sort(byNumber)
  const found = [...files.filter(conversationFile).flatMap(it => both(it, of)), ...(messages.length === 0 ? [] : [{ conversation: ofFiles(path, messages), family: null }])]
  return found.length > 0 ? found : nothing(`${path} holds no messages (.xml) and no conversations (${extension})`)
}

const namesIn = (folder: string): string[] => kindOf(folder) === 'folder' ? readdirSync(folder).filter(conversationFile).map(it => basename(it, extension)) : []

function nothing (why: string): never { throw new Unusable(why) }

/**
 * @param names files, folders, or names of conversations that come with the program; none: all of these
 * @param own the folder they are in @param family null: both, one after the other
 * @throws Unusable naming what is neither, or cannot be read
 */
export function scenesOf (names: readonly string[], own: string, family: Family | null): Scenes {
  const of = family === null ? families : [family]
  if (names.length === 0 && kindOf(own) !== 'folder') nothing('no conversations come with this installation; name a file or folder')
  return (names.length === 0 ? [own] : names).flatMap(name => {
    const kind = kindOf(name)
    if (kind === 'folder') return inFolder(name, of)
    if (kind === 'file') return conversationFile(name) ? both(name, of) : [{ conversation: ofFiles(name, [name]), family: null }]
    const known = join(own, `${name}${extension}`)
    if (kindOf(known) === 'file') return both(known, of)
    return nothing(`no file, folder or conversation ${name}; the conversations are ${namesIn(own).join(', ') || 'none'}`)
  })
}
