/** Group commit: what shares a transaction, and how much of it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { groupWriter, type Writer } from '../../src/store/group.ts'

/** Keeps how many pieces of work each transaction did. */
function counting () {
  const commits: number[] = []
  let pieces = 0
  const writer: Writer = {
    session: { all: async () => [], run: async () => 0, nested: work => { pieces++; return work() }, era: () => 0 },
    begin: async () => { pieces = 0 },
    commit: async () => { commits.push(pieces) },
    rollback: async () => {}
  }
  return { commits, ...groupWriter(writer, { items: 10, bytes: 1000 }) }
}

const nothing = async (): Promise<void> => {}

test('what arrives in one turn shares commits of at most so many items', async () => {
  const { commits, write } = counting()
  await Promise.all(Array.from({ length: 25 }, () => write(nothing, { items: 1, bytes: 1 })))
  assert.deepEqual(commits, [10, 10, 5])
})

test('and of at most so many bytes; one that is larger goes alone', async () => {
  const { commits, write } = counting()
  await Promise.all([600, 400, 1, 5000, 1, 999].map(bytes => write(nothing, { items: 1, bytes })))
  assert.deepEqual(commits, [2, 1, 1, 2])
})
