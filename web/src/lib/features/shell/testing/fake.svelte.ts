/** A store for tests of components: shows a state, and remembers what was asked of it. */
import type { Channel, Server, User } from '../../../model/entities';
import { EMPTY } from '../../../model/state';
import type { State } from '../../../model/state';
import type { Account, App } from '../../../state';
import type { ConnectionStatus, Refusal } from '../../../client/contract';
import { Refused } from '../../../client/contract';

const WHEN = '2026-01-01T00:00:00.000Z';

export function user(id: string, name: string): User {
  return { id, username: name, display_name: name };
}

export function channel(id: string, given: Partial<Channel> = {}): Channel {
  return {
    id,
    kind: 'text',
    name: `channel-${id}`,
    description: '',
    owner_id: null,
    private: false,
    created_at: WHEN,
    last_seq: 0,
    version: 1,
    server_id: null,
    category_id: null,
    position: 0,
    slow_mode: 0,
    overrides: [],
    guests: false,
    role: null,
    status: 'active',
    read_seq: 0,
    delivered_seq: 0,
    unread: 0,
    mentions: 0,
    peer: null,
    permissions: [],
    ...given,
  };
}

export function server(id: string, given: Partial<Server> = {}): Server {
  return {
    id,
    name: `server-${id}`,
    icon: '',
    owner_id: '1',
    everyone_role_id: '2',
    created_at: WHEN,
    version: 1,
    member: { server_id: id, user_id: '1', nickname: '', role_ids: [], joined_at: WHEN, notify: 'all' },
    roles: [],
    categories: [],
    member_count: 1,
    permissions: [],
    ...given,
  };
}

export function channels(...all: Channel[]): State['channels'] {
  return Object.fromEntries(all.map((one) => [one.id, one]));
}

export function servers(...all: Server[]): State['servers'] {
  return Object.fromEntries(all.map((one) => [one.id, one]));
}

/** What a fake store answers; `refuses` is what signing in and up are refused with. */
export class FakeApp {
  state = $state.raw<State>(EMPTY);
  status = $state.raw<ConnectionStatus>({ name: 'live' });
  stale = $state(false);
  about = { name: 'Our place', version: '1', registration: 'open' as 'open' | 'closed', claimable: false };
  refuses: Refusal | null = null;
  readonly asked: string[] = [];

  get me(): State['me'] {
    return this.state.me;
  }

  nameOf(id: string): string {
    return this.state.users[id]?.display_name ?? '';
  }

  level(): 'default' {
    return 'default';
  }

  reconnect(): void {
    this.asked.push('reconnect');
  }

  readonly rest = {
    get: (path: string): Promise<unknown> => (this.asked.push(`GET ${path}`), Promise.resolve({})),
    put: (path: string, body?: unknown): Promise<unknown> => (this.asked.push(`PUT ${path} ${JSON.stringify(body)}`), Promise.resolve()),
  };

  readonly accounts = {
    all: [] as Account[],
    about: () => Promise.resolve(this.about),
    signUp: (wanted: unknown) => this.answer(`signUp ${JSON.stringify(wanted)}`),
    signIn: (login: string) => this.answer(`signIn ${login}`),
  };

  private answer(what: string): Promise<void> {
    this.asked.push(what);
    return this.refuses === null ? Promise.resolve() : Promise.reject(new Refused(this.refuses));
  }
}

/** As the store that components ask for; what is not there must not be asked for in a test. */
export function asApp(fake: FakeApp): App {
  return fake as unknown as App;
}
