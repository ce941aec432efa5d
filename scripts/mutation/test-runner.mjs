// A test runner for Stryker that keeps the trust tests loaded: it collects them once, with Vitest's own collector, and then calls those
// that reach a mutant, in this very process. Starting Vitest anew for each of thousands of mutants takes hours; the trust room is pure,
// so nothing has to start anew but for a mutant in what a module works out while it is loaded, and then Stryker starts a new process.
// `MUTATION_RUNNER=vitest npm run mutation` has the same mutants judged by Stryker's own runner for Vitest.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const ROOM = path.join('test', 'unit', 'trust');
const SETUP = path.join('test', 'support', 'fixed-seed.ts');
/** Beside the room's own: what it says of itself in docs/rules.md. */
const MORE = [path.join('test', 'docs', 'generated-pages.test.ts')];
/** Tests that draw hundreds of random cases; why they are left out: docs/testing.md. */
const LEFT_OUT = [
  /^properties[-a-z]*\.test\.ts /,
  /^hostile-documents\.test\.ts /,
  /^authorization\.test\.ts > over any graph/,
  /^scope\.test\.ts > properties of scopes/,
  /^compromised-keys\.test\.ts > naming compromised keys never/,
];
/** Stryker's `TestStatus`. */
const [SUCCESS, FAILED] = [0, 1];
/** In Stryker's copy of the project, for the next process: which tests found what, and how long each takes. */
const NOTES = 'mutation-notes.json';
/** How many of the tests that last found a mutant in the same file are asked before the others. */
const REMEMBERED = 40;

/** What the instrumented code reads and writes. */
globalThis.__stryker__ ??= {};
const mutation = globalThis.__stryker__;

class LoadedTestRunner {
  /** Tests by id: file and full name. */
  #tests = new Map();
  /** Milliseconds by test id, of the last time it passed. */
  #durations = new Map();
  /** Ids of tests that found a mutant, latest first, by the mutated file. */
  #finders = new Map();
  #collector;
  #prepared = new Set();

  capabilities() {
    return { reloadEnvironment: false };
  }

  init() {
    if (!existsSync(NOTES)) return;
    const { durations, finders } = JSON.parse(readFileSync(NOTES, 'utf8'));
    this.#durations = new Map(durations);
    this.#finders = new Map(finders);
  }

  dispose() {
    writeFileSync(NOTES, JSON.stringify({ durations: [...this.#durations], finders: [...this.#finders] }));
  }

  async dryRun() {
    mutation.activeMutant = undefined;
    await this.#load();
    const tests = [];
    for (const id of this.#tests.keys()) {
      mutation.currentTestId = id;
      tests.push(await this.#run(id));
    }
    mutation.currentTestId = undefined;
    return { status: 'complete', tests, mutantCoverage: mutation.mutantCoverage };
  }

  async mutantRun({ activeMutant, testFilter, hitLimit, mutantActivation, disableBail }) {
    mutation.hitLimit = hitLimit;
    mutation.hitCount = hitLimit === undefined ? undefined : 0;
    this.#prepared.clear();
    if (mutantActivation !== 'static') await this.#load();
    mutation.activeMutant = activeMutant.id;
    const failed = [];
    let count = 0;
    try {
      for await (const id of this.#inTurn(testFilter, activeMutant.fileName)) {
        const result = await this.#run(id);
        count += 1;
        if (mutation.hitCount > mutation.hitLimit) return { status: 'timeout', reason: 'hit limit' };
        if (result.status === FAILED) failed.push(result);
        if (failed.length > 0 && !disableBail) break;
      }
    } catch (error) {
      return { status: 'killed', killedBy: [], failureMessage: String(error), nrOfTests: count };
    }
    if (failed.length === 0) return { status: 'survived', nrOfTests: count };
    this.#remember(activeMutant.fileName, failed[0].id);
    const killedBy = failed.map(({ id }) => id);
    return { status: 'killed', killedBy, failureMessage: failed[0].failureMessage, nrOfTests: count };
  }

  /**
   * Ids of tests in the order in which they are asked. Where nothing is loaded yet, the mutant is in what a module works out while it is
   * loaded: then the files of tests are loaded one after the other, and mostly the first few find it.
   */
  async *#inTurn(wanted, fileName) {
    const files = this.#tests.size > 0 ? [] : this.#orderOfFiles(namesOfFiles(), fileName);
    if (files.length === 0) yield* this.#order(wanted ?? [...this.#tests.keys()], fileName);
    for (const file of files) {
      const before = new Set(this.#tests.keys());
      await this.#load([file]);
      const more = [...this.#tests.keys()].filter((id) => !before.has(id));
      yield* this.#order(wanted === undefined ? more : more.filter((id) => wanted.includes(id)), fileName);
    }
  }

  #orderOfFiles(files, fileName) {
    const prefix = (file) => `${path.relative(ROOM, file)} > `;
    const finders = this.#finders.get(fileName) ?? [];
    const rank = (file) => {
      const place = finders.findIndex((id) => id.startsWith(prefix(file)));
      if (place >= 0) return place;
      const times = [...this.#durations].filter(([id]) => id.startsWith(prefix(file)));
      return times.reduce((sum, [, time]) => sum + time, REMEMBERED);
    };
    return sorted(files, rank);
  }

  /** All tests once, or those of some files. */
  async #load(files) {
    if (files === undefined && this.#tests.size > 0) return;
    this.#collector ??= await importCollector();
    for (const { file, suites, test } of await collect(this.#collector, files ?? namesOfFiles())) {
      const name = [path.relative(ROOM, file), ...suites.slice(1).map((suite) => suite.name), test.name].join(' > ');
      if (LEFT_OUT.some((pattern) => pattern.test(name))) continue;
      let id = name;
      for (let again = 2; this.#tests.has(id); again += 1) id = `${name} (${again})`;
      this.#tests.set(id, { file, suites, test });
    }
  }

  async #run(id) {
    const { file, suites, test } = this.#tests.get(id);
    const begun = performance.now();
    const about = { id, name: id, fileName: path.resolve(file) };
    try {
      await this.#prepare(suites);
      try {
        await this.#call(suites, 'beforeEach');
        await this.#collector.getFn(test)();
      } finally {
        await this.#call(suites.toReversed(), 'afterEach');
      }
      const timeSpentMs = performance.now() - begun;
      this.#durations.set(id, timeSpentMs);
      return { ...about, status: SUCCESS, timeSpentMs };
    } catch (error) {
      return { ...about, status: FAILED, timeSpentMs: performance.now() - begun, failureMessage: String(error) };
    }
  }

  /** What a suite makes before its tests is made anew for each mutant, and for each test where coverage is counted by test. */
  async #prepare(suites) {
    for (const suite of suites) {
      if (this.#prepared.has(suite)) continue;
      await this.#call([suite], 'beforeAll');
      if (mutation.currentTestId === undefined) this.#prepared.add(suite);
    }
  }

  async #call(suites, name) {
    for (const suite of suites) {
      for (const hook of this.#collector.getHooks(suite)?.[name] ?? []) await hook({}, suite);
    }
  }

  /** Those first that find much, then the quick ones: the order changes only how soon a mutant is found. */
  #order(ids, fileName) {
    const finders = this.#finders.get(fileName) ?? [];
    const rank = (id) => (finders.includes(id) ? finders.indexOf(id) : REMEMBERED + (this.#durations.get(id) ?? 0));
    return sorted(ids, rank);
  }

  #remember(fileName, id) {
    const others = (this.#finders.get(fileName) ?? []).filter((known) => known !== id);
    this.#finders.set(fileName, [id, ...others].slice(0, REMEMBERED));
  }
}

/** Vitest's own package, which its users never name. `vi` and `expect` want the state that a worker of Vitest would have. */
async function importCollector() {
  globalThis.__vitest_worker__ ??= { config: {} };
  const vitest = createRequire(path.resolve('package.json')).resolve('vitest/package.json');
  return import(pathToFileURL(createRequire(vitest).resolve('@vitest/runner')));
}

function sorted(values, rank) {
  return values
    .map((value) => [rank(value), value])
    .sort(([a], [b]) => a - b)
    .map(([, value]) => value);
}

function namesOfFiles() {
  const names = readdirSync(ROOM, { recursive: true }).filter((name) => name.endsWith('.test.ts'));
  return [...names.sort().map((name) => path.join(ROOM, name)), ...MORE];
}

async function collect({ collectTests }, files) {
  const root = process.cwd();
  await import(pathToFileURL(path.join(root, SETUP)));
  const suites = await collectTests(
    files.map((name) => ({ filepath: path.join(root, name) })),
    {
      config: {
        root,
        setupFiles: [],
        sequence: { hooks: 'stack' },
        testTimeout: 30_000,
        hookTimeout: 30_000,
        tags: [],
      },
      importFile: (file) => import(pathToFileURL(file)),
    },
  );
  return suites.flatMap((suite) => {
    const [error] = suite.result?.errors ?? [];
    if (error !== undefined) throw new Error(`${suite.name}: ${error.message}`);
    return testsOf(suite, path.relative(root, suite.filepath), []);
  });
}

function testsOf(task, file, suites) {
  if (task.type === 'test') return task.mode === 'run' ? [{ file, suites, test: task }] : [];
  return task.tasks.flatMap((inner) => testsOf(inner, file, [...suites, task]));
}

const createTestRunner = () => new LoadedTestRunner();
createTestRunner.inject = [];
export const strykerPlugins = [{ kind: 'TestRunner', name: 'loaded', factory: createTestRunner }];
