#!/usr/bin/env node
import { runCli } from './run.ts'

// whoever reads may have read enough, as `head` has
process.stdout.on('error', (error: Error & { code?: string }) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})

process.exitCode = await runCli(process.argv.slice(2), process.env, {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  input: () => process.stdin,
  columns: process.stderr.isTTY ? process.stderr.columns : null,
  onInterrupt: (listener) => {
    process.on('SIGINT', listener)
    return () => void process.off('SIGINT', listener)
  },
})
