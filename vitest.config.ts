import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // every core: vitest leaves one free, which on two is half of them
    maxWorkers: '100%',
    // ends what hangs, and measures nothing: a loaded machine is slow
    testTimeout: 300_000,
    hookTimeout: 60_000,
    coverage: {
      include: ['shared/**', 'functions/**', 'client/**', 'cli/**', 'simulator/**'],
      // lines, statements, functions and branches
      thresholds: { 'shared/{domain,codec,use-cases}/**': { 100: true } },
    },
  },
})
