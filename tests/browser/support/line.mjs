/** A line to the server that delays what passes, as a far network would: the project's own fault layer. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { binary } from './server.mjs';

const BEGINS = /^The line begins at (?<address>\S+)$/;

/** How late everything arrives, one way. @typedef {{ delayMs: number, jitterMs: number }} Delay */

export class Line {
  /**
   * @param {string} address
   * @param {import('node:child_process').ChildProcess} child
   */
  constructor(address, child) {
    /** Where it begins: host and port. */
    this.address = address;
    this.child = child;
  }

  /**
   * @param {string} address of the server it leads to
   * @param {Delay} delay
   */
  static async to(address, { delayMs, jitterMs }) {
    const upstream = `127.0.0.1:${new URL(address).port}`;
    const delays = ['--delay-ms', String(delayMs), '--jitter-ms', String(jitterMs)];
    const child = spawn(
      binary('movie-together-fault-layer'),
      ['--listen', '127.0.0.1:0', '--upstream', upstream, ...delays],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    process.once('exit', () => child.kill('SIGKILL'));
    for await (const text of createInterface(child.stdout)) {
      const begins = BEGINS.exec(text)?.groups?.address;
      if (begins) return new Line(begins, child);
    }
    throw new Error('the line ended before it had begun');
  }

  async end() {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }
}
