/** Loaded before the command (`node --import`), in all its threads: a store, or a move, that ends the process at the point STRIKE names, for tests. The module it is taken from is another one here. */
import { registerHooks } from 'node:module'

const others = [
  { of: '/src/store/thread.ts', specifier: './open.ts', other: 'striking.ts' },
  { of: '/src/store/aside.ts', specifier: './open.ts', other: 'striking.ts' },
  { of: '/bin/move.ts', specifier: '../src/store/store.ts', other: 'moved.ts' }
]

registerHooks({
  resolve (specifier, context, next) {
    const found = others.find(it => it.specifier === specifier && context.parentURL?.endsWith(it.of))
    return found === undefined ? next(specifier, context) : { url: new URL(found.other, import.meta.url).href, format: 'module-typescript', shortCircuit: true }
  }
})
