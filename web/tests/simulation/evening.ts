/** One simulated evening, given by numbers that a property test can draw and shrink. */
import { Member, type MemberHabits, simulateTimers } from './member';
import { ModelRoom } from './room';
import { Chance, Time } from './time';

/** Something that happens to the evening, so long after the one before. */
export interface Happening {
  afterMs: number;
  who: number;
  what:
    | { kind: 'play' }
    | { kind: 'pause' }
    | { kind: 'seek'; toMs: number }
    | { kind: 'rate'; rate: number }
    | { kind: 'starve'; ms: number }
    | { kind: 'throttle'; pauseMs: number }
    | { kind: 'sleep'; ms: number; clockStands: boolean };
}

export interface Plan {
  seed: number;
  members: MemberHabits[];
  happenings: Happening[];
}

export class SimulatedEvening {
  readonly members: Member[];
  readonly room: ModelRoom;
  readonly #time = new Time();
  readonly #plan: Plan;
  #disturbedUntilMs = 0;

  constructor(plan: Plan) {
    simulateTimers();
    this.#plan = plan;
    const chance = new Chance(plan.seed);
    const slowestMs = Math.max(...plan.members.map(({ delayMs }) => delayMs));
    this.room = new ModelRoom(this.#time, Math.min(1_000, Math.max(100, 2 * slowestMs)));
    this.members = plan.members.map(
      (habits, index) => new Member(`member ${index}`, this.room, this.#time, chance, habits),
    );
    for (const member of this.members) member.begin();
  }

  get nowMs(): number {
    return this.#time.nowMs;
  }

  /** Lets everything happen that was planned. */
  play(): Promise<void> {
    return this.happen(this.#plan.happenings);
  }

  async happen(happenings: readonly Happening[]): Promise<void> {
    for (const { afterMs, who, what } of happenings) {
      await this.pass(afterMs);
      const member = this.members[who % this.members.length];
      if (!member) continue;
      befall(member, what);
      if ('ms' in what)
        this.#disturbedUntilMs = Math.max(this.#disturbedUntilMs, this.nowMs + what.ms);
    }
  }

  /** The last disturbance is over: timers come in time, and so does the data. */
  async calmDown(): Promise<void> {
    for (const member of this.members) member.throttle(0);
    await this.pass(Math.max(0, this.#disturbedUntilMs - this.nowMs));
  }

  async pass(ms: number): Promise<void> {
    await this.#time.runUntil(this.#time.nowMs + ms);
  }

  /** Seeks of all players since then. */
  seeksSince(sinceMs: number): number[] {
    return this.members.map(
      ({ player }) => player.seeksAtMs.filter((atMs) => atMs > sinceMs).length,
    );
  }
}

function befall(member: Member, what: Happening['what']): void {
  switch (what.kind) {
    case 'play':
      member.act('play', (watching) => watching.play());
      break;
    case 'pause':
      member.act('pause', (watching) => watching.pause());
      break;
    case 'seek':
      member.act('seek', (watching) => watching.seek(what.toMs));
      break;
    case 'rate':
      member.act('rate', (watching) => watching.setRate(what.rate));
      break;
    case 'starve':
      member.player.starve(what.ms);
      break;
    case 'throttle':
      member.throttle(what.pauseMs);
      break;
    case 'sleep':
      member.sleep(what.ms, what.clockStands);
  }
}
