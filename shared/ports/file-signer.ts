/** Gives away single files of the rehydrated bucket for a short while. */
export type FileSigner = {
  /**
   * A URL that whoever has it may GET the file from, for so many seconds; null when there is no such file. It is a secret: it
   * goes to the one who asked and into no log.
   */
  sign(key: string, seconds: number): Promise<string | null>
}
