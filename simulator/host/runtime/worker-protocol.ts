/** What the host gives a worker thread to become one execution environment of one function. */
export type EnvironmentSetup = {
  /** URL of the module that exports the handler. */
  readonly moduleUrl: string
  readonly exportName: string
  /** The virtual clock's shared state. */
  readonly clock: SharedArrayBuffer
  readonly functionName: string
  readonly functionArn: string
  readonly memoryMb: number
  /** Folder in which compiled code outlives the process. */
  readonly compileCache: string
}

/** Host → worker. `event` is JSON, as Lambda passes it. */
export type Invocation = { readonly requestId: string; readonly event: string; readonly timeoutMs: number }

/** Worker → host. */
export type WorkerMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'output'; readonly stream: 'stdout' | 'stderr'; readonly text: string }
  | { readonly kind: 'answer'; readonly payload: string }
  | { readonly kind: 'failure'; readonly errorType: string; readonly message: string; readonly stack: string }
