/** The connection as one state machine: what is, what happens → what is then, and what is to be done. Pure. */

import type { ConnectionStatus } from './contract';

type Why = Extract<ConnectionStatus, { name: 'waiting' }>['why'];
type Refused = Extract<ConnectionStatus, { name: 'refused' }>['why'];

export interface Machine {
  status: ConnectionStatus;
  /** How many tries in a row have led nowhere. */
  failures: number;
  /** The token was renewed for this try: a second 4001 is the end. */
  isRenewed: boolean;
  /** Since when it is live, in ms; a connection that ends at once counts as a failure. */
  liveSince: number | null;
}

export type Happening =
  | { name: 'start' }
  | { name: 'stop' }
  | { name: 'opened' }
  | { name: 'caught_up' }
  | { name: 'closed'; code: number; reason: string }
  /** `connect` was refused for now; in seconds. */
  | { name: 'put_off'; retryAfter: number }
  | { name: 'renewed' }
  | { name: 'not_renewed'; isFinal: boolean }
  /** The network is back, the page is looked at, or a person asks. */
  | { name: 'wake' }
  /** The browser says that the network is gone; it may be wrong. */
  | { name: 'network_lost' }
  | { name: 'timer' };

export type Todo = { do: 'open' } | { do: 'connect' } | { do: 'close' } | { do: 'renew' } | { do: 'wait'; ms: number } | Probe;

/** A sign of life is asked for; without one within so many ms the connection is over. */
type Probe = { do: 'probe'; within: number };

export interface Surroundings {
  /** In ms. */
  now: number;
  /** From 0 up to 1. */
  random: number;
}

export const IDLE: Machine = { status: { name: 'offline' }, failures: 0, isRenewed: false, liveSince: null };

const FIRST_MS = 500;
const LONGEST_MS = 30_000;
const STEADY_MS = 10_000;
/** How long a heartbeat's answer may take, and how long where the network seems to be gone. */
export const ANSWER_MS = 10_000;
const DOUBT_MS = 2_000;
const FINAL: Record<number, Refused> = { 1009: 'too_big', 4000: 'malformed', 4006: 'signed_out' };
const WHY: Record<number, Why> = { 1001: 'draining', 1011: 'server', 1012: 'server', 1013: 'server', 4004: 'slow' };

type Step = [Machine, Todo[]];

/** How long to wait after so many failures: it doubles, up to half a minute; the half of it is chance. */
export function backoff(failures: number, random: number): number {
  const whole = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 16));
  return Math.round(whole * (0.5 + random / 2));
}

/** The seconds that the reason of a 1001 names, or null. */
export function retryAfter(reason: string): number | null {
  const found = /retry_after=(\d+(?:\.\d+)?)/.exec(reason);
  return found === null ? null : Math.min(Number(found[1]), 300);
}

function wait(machine: Machine, why: Why, ms: number, { now }: Surroundings): Step {
  const status: ConnectionStatus = { name: 'waiting', retryAt: now + ms, why };
  return [{ ...machine, status, failures: machine.failures + 1, liveSince: null }, [{ do: 'wait', ms }]];
}

function refuse(machine: Machine, why: Refused): Step {
  return [{ ...machine, status: { name: 'refused', why }, liveSince: null }, []];
}

function connecting(machine: Machine): Step {
  return [{ ...machine, status: { name: 'connecting' }, liveSince: null }, [{ do: 'open' }]];
}

/** The tries begin anew after a connection that has held. */
function settled(machine: Machine, { now }: Surroundings): Machine {
  const isSteady = machine.liveSince !== null && now - machine.liveSince >= STEADY_MS;
  return isSteady ? { ...machine, failures: 0, isRenewed: false } : machine;
}

function onClosed(before: Machine, code: number, reason: string, around: Surroundings): Step {
  const machine = settled(before, around);
  const final = FINAL[code];
  if (final !== undefined) return refuse(machine, final);
  if (code === 4001) {
    if (machine.isRenewed) return refuse(machine, 'expired');
    return [{ ...machine, status: { name: 'connecting' }, liveSince: null }, [{ do: 'renew' }]];
  }
  const named = code === 1001 ? retryAfter(reason) : null;
  // All of a server's clients are told the same: they do not come back at the same moment.
  const ms = named === null ? backoff(machine.failures, around.random) : Math.round(named * 1000 * (1 + around.random / 2));
  return wait(machine, WHY[code] ?? 'network', ms, around);
}

const RESTING = new Set<ConnectionStatus['name']>(['offline', 'refused']);

/** One step. */
export function step(machine: Machine, happening: Happening, around: Surroundings): Step {
  const { name } = machine.status;
  switch (happening.name) {
    case 'start':
      return RESTING.has(name) ? connecting(IDLE) : [machine, []];
    case 'stop':
      return [IDLE, [{ do: 'close' }]];
    case 'wake':
      if (name === 'waiting') return connecting(machine);
      return [machine, name === 'live' ? [{ do: 'probe', within: ANSWER_MS }] : []];
    case 'network_lost':
      // The server may be on this very machine: only its silence counts.
      return [machine, name === 'live' ? [{ do: 'probe', within: DOUBT_MS }] : []];
    case 'timer':
      return name === 'waiting' ? connecting(machine) : [machine, []];
    default:
      return RESTING.has(name) || name === 'waiting' ? [machine, []] : busy(machine, happening, around);
  }
}

type Busy = Exclude<Happening, { name: 'start' | 'stop' | 'wake' | 'network_lost' | 'timer' }>;

/** While there is a socket, or one is being made. */
function busy(machine: Machine, happening: Busy, around: Surroundings): Step {
  switch (happening.name) {
    case 'opened':
      return [{ ...machine, status: { name: 'syncing' } }, [{ do: 'connect' }]];
    case 'caught_up':
      return [{ ...machine, status: { name: 'live' }, liveSince: around.now }, []];
    case 'closed':
      return onClosed(machine, happening.code, happening.reason, around);
    case 'put_off': {
      const [waiting, todo] = wait(machine, 'server', happening.retryAfter * 1000, around);
      return [waiting, [{ do: 'close' }, ...todo]];
    }
    case 'renewed':
      return connecting({ ...machine, isRenewed: true });
    case 'not_renewed':
      if (happening.isFinal) return refuse(machine, 'expired');
      return wait(machine, 'network', backoff(machine.failures, around.random), around);
  }
}
