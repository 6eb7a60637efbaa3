/** Runs the command from its source, for tests that need a process of its own. */
import { main } from '../../bin/main.ts'

process.exitCode = await main(process.argv)
