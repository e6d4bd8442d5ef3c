/**
 * Sources: the values of the parameters that a rule looked at, and where each comes from: a default and its source, a recorded
 * change and its reason, or an override.
 *
 * @module
 */

import type { House } from '../../kernel/engine/house.ts';
import type { StoredEvent } from '../../kernel/state/events.ts';
import type { State } from '../../kernel/state/state.ts';
import type { Looked, ParameterLooked } from '../../kernel/state/tracking.ts';
import { type Day, dayMin, formatDay } from '../../kernel/values/dates.ts';
import { decodeData, type Json } from '../../kernel/values/fields.ts';

/** A parameter as a rule saw it. */
export interface ParameterUsed {
  readonly name: string;
  /** The key whose own value it was; left out where the plain name's held. */
  readonly key?: string;
  /** The value as the parameter is written. */
  readonly value: string;
  /** Where the value comes from, in words. */
  readonly source: string;
  /** The first day of the stretch over which it holds; left out where it always held. */
  readonly since?: string;
  /** The revision of the change that set it, where one did. */
  readonly changedAt?: number;
  /** Set where it is an assumption of a run, not the record's. */
  readonly overridden?: true;
}

/** A recorded change of policy. */
interface Change {
  readonly revision: number;
  readonly from: Day;
  readonly to: Day | undefined;
  readonly reason: string;
}

/** What the timelines name a recorded change by. */
const changed = 'changePolicy';

/** Knows of the recorded changes of policy up to an event. */
export class PolicySources {
  readonly #house: House;
  readonly #changes = new Map<string, Change[]>();

  constructor(house: House) {
    this.#house = house;
  }

  /** Notes an event, if it changes the policy. */
  note({ type, data, revision }: StoredEvent): void {
    const { policyChanged } = this.#house.own;
    if (type !== policyChanged.name) return;
    const { parameter, from, to, reason } = decodeData(policyChanged.fields, data);
    if (typeof parameter !== 'string' || typeof from !== 'number') return;
    const change = { revision, from, to: typeof to === 'number' ? to : undefined, reason: String(reason) };
    const known = this.#changes.get(parameter);
    if (known === undefined) this.#changes.set(parameter, [change]);
    else known.push(change);
  }

  /** The parameters among what was looked at, as they stood on a day. */
  used(looked: Looked, s: State, day: Day): readonly ParameterUsed[] {
    return looked.parameters.map((parameter) => this.#used(parameter, s, day));
  }

  #used({ parameter, key: asked }: ParameterLooked, s: State, day: Day): ParameterUsed {
    const plain = s.stretch(parameter, undefined, day);
    const stretch = asked === undefined ? plain : s.stretch(parameter, asked, day);
    const value = textOf(parameter.type.format(stretch.value));
    const isOwn =
      stretch.from !== plain.from ||
      stretch.source !== plain.source ||
      value !== textOf(parameter.type.format(plain.value));
    const key = asked !== undefined && isOwn ? asked : undefined;
    const change =
      stretch.override === undefined && stretch.source === changed
        ? this.#changeOf(parameter.name, key, day)
        : undefined;
    return {
      name: parameter.name,
      ...(key === undefined ? {} : { key }),
      value,
      source: change === undefined ? stretch.source : `${changed}: ${change.reason}`,
      ...(stretch.from === dayMin ? {} : { since: formatDay(stretch.from) }),
      ...(change === undefined ? {} : { changedAt: change.revision }),
      ...(stretch.override === undefined ? {} : { overridden: true }),
    };
  }

  /** The last change that covers a day. */
  #changeOf(name: string, key: string | undefined, day: Day): Change | undefined {
    const names = key === undefined ? [name] : [`${name}[${key}]`, `${name}[*]`];
    return names
      .flatMap((each) => this.#changes.get(each) ?? [])
      .filter(({ from, to }) => from <= day && (to === undefined || day <= to))
      .reduce<Change | undefined>(
        (last, each) => (last === undefined || each.revision > last.revision ? each : last),
        undefined,
      );
  }
}

const textOf = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));
