/** The shortest of five runs, milliseconds: how long a thing takes when the machine does nothing else. */
export async function fastest(run: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const started = performance.now();
    await run();
    times.push(performance.now() - started);
  }
  return Math.min(...times);
}
