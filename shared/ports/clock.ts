/** ms since 1970-01-01 UTC. Asked anew each time: a warm function must not keep an old today. */
export type Clock = () => number

/** That many unpredictable bytes. */
export type Random = (bytes: number) => Uint8Array

/** Resolves after so many ms, or a little later. */
export type Wait = (ms: number) => Promise<void>
