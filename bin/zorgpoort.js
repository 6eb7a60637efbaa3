#!/usr/bin/env node
/** The command: checks its Node before it loads anything, then hands over to the built program. */
import { existsSync } from 'node:fs'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const built = new URL('../dist/bin/main.js', import.meta.url)

/** @param {string} sentence what is wrong and what to do */
function refuse (sentence) {
  console.error(`zorgpoort: ${sentence}`)
  process.exit(1)
}

if (major < 22 || (major === 22 && minor < 19)) {
  const own = existsSync(new URL('../node_modules/.bin/node', import.meta.url))
  refuse(`this is Node ${process.versions.node}; it needs 22.19 or newer. ${own ? 'This clone has its own: "node_modules/.bin/node bin/zorgpoort.js …", or "npm start".' : 'In a clone: "npm ci" brings its own; then "npx zorgpoort …" or "npm start".'}`)
} else if (!existsSync(built)) {
  refuse('it is not built yet; run "npm run build" (or "npm ci") first.')
} else {
  const { main } = await import(built.href)
  process.exitCode = await main(process.argv)
}
