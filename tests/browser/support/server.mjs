/** The real binaries, each server on a port and a data folder of its own. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { until } from './until.mjs';

/** Where the binaries lie: `MOVIE_TOGETHER_BIN`, or the debug build. */
const BINARIES =
  process.env.MOVIE_TOGETHER_BIN ??
  fileURLToPath(new URL('../../../target/debug', import.meta.url));
const READY_LINE = /^Movie Together is at (?<address>http:\/\/\S+)$/;
const ANY_PORT = '127.0.0.1:0';
/** A server under test must be up, and an ETL pass done, in this time. */
const START_MAX_MS = 30_000;
const PASS_MAX_MS = 60_000;

/** Servers that still run, killed by their own pid if the tests end early. */
const running = /** @type {Set<import('node:child_process').ChildProcess>} */ (new Set());
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export class Server {
  /** @type {import('node:child_process').ChildProcess | null} */
  #process = null;
  #folder;
  #logPath;
  #listen = ANY_PORT;
  address = '';

  /**
   * @param {string} folder what the server keeps
   * @param {string} logPath where its log lines go
   */
  constructor(folder, logPath) {
    this.#folder = folder;
    this.#logPath = logPath;
  }

  /** Starts, the first time on a free port and later on the same one; resolves once it is ready. */
  async start() {
    const child = spawn(binary('movie-together'), [], {
      env: { ...process.env, DATA_DIR: this.#folder, LISTEN: this.#listen },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    running.add(child);
    child.once('exit', () => running.delete(child));
    const log = createWriteStream(this.#logPath, { flags: 'a' });
    child.stderr.pipe(log);
    this.address = await addressOf(child, log);
    this.#listen = `127.0.0.1:${new URL(this.address).port}`;
    await until('the server is ready', async () => {
      const answer = await fetch(`${this.address}/health/ready`).catch(() => null);
      return answer?.ok;
    });
  }

  /** Ends the server at once, as a crash would. */
  async kill() {
    const child = this.#process;
    this.#process = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** One pass of the ETL over this server's data; rejects unless all was done. */
  async runEtl() {
    await promisify(execFile)(binary('movie-together-etl'), ['--once'], {
      env: { ...process.env, DATA_DIR: this.#folder, ETL_SOAK: '0s' },
      timeout: PASS_MAX_MS,
    });
  }
}

/** Where a program lies. @param {string} name */
export function binary(name) {
  const path = join(BINARIES, name);
  if (existsSync(path)) return path;
  throw new Error(`${path} is missing: run cargo build --bin ${name}`);
}

/**
 * @param {import('node:child_process').ChildProcessByStdio<null, import('node:stream').Readable, import('node:stream').Readable>} child
 * @param {import('node:stream').Writable} log
 * @returns {Promise<string>}
 */
function addressOf(child, log) {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('the server did not start')), START_MAX_MS);
    createInterface(child.stdout).on('line', (line) => {
      log.write(`${line}\n`);
      const address = READY_LINE.exec(line)?.groups?.address;
      if (!address) return;
      clearTimeout(late);
      resolve(address);
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      clearTimeout(late);
      reject(new Error(`the server ended with code ${code} before it was up`));
    });
  });
}
