/** Names of those whom a history tells of. Most stand in it; the rest are asked for. */
import { peopleByIds } from '../api/people';
import type { RoomView, User } from '../api/types';
import type { RoomEvent } from '../room/frames';
import { namesIn } from '../room/reducer';

/** People asked for at once; more would make too long an address. */
const ASKED_MAX = 50;

export class Names {
  #known = $state.raw<Readonly<Record<string, string>>>({});

  constructor(owner: RoomView['owner']) {
    // Who was forgotten has no name any more.
    this.#known = owner.name ? { [owner.id]: owner.name } : {};
  }

  /** Nothing where the name is not known, or not known yet. */
  of(userId: string | null): string | undefined {
    return userId ? this.#known[userId] : undefined;
  }

  /** Everyone met so far. */
  get people(): User[] {
    return Object.entries(this.#known).map(([id, name]) => ({ id, name }));
  }

  /** Learns what events tell and asks for the others; who is gone for good stays unknown. */
  async learn(events: readonly RoomEvent[]): Promise<void> {
    this.#known = { ...namesIn(events), ...this.#known };
    await this.meet(events.flatMap((event) => event.user ?? []));
  }

  /** Asks who these are, as far as that is not known yet. */
  async meet(ids: readonly string[]): Promise<void> {
    const unknown = [...new Set(ids)].filter((id) => !this.#known[id]);
    for (let from = 0; from < unknown.length; from += ASKED_MAX) {
      const found = await peopleByIds(unknown.slice(from, from + ASKED_MAX)).catch(() => []);
      this.#known = {
        ...Object.fromEntries(found.map((one) => [one.id, one.name])),
        ...this.#known,
      };
    }
  }
}
