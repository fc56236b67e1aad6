/**
 * Puts a `Date` that reads `now` in place of the thread's own, so that code on the virtual clock needs no switch.
 * Timers stay on real time. Dates that Node makes itself, such as a file's, are still instances of it.
 */
export const installVirtualDate = (now: () => number) => {
  const RealDate = Date
  const VirtualDate = new Proxy(RealDate, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
    apply: () => new RealDate(now()).toString(),
    get: (target, property, receiver) => (property === 'now' ? now : Reflect.get(target, property, receiver)),
  })
  globalThis.Date = VirtualDate
  RealDate.prototype.constructor = VirtualDate
}
