import type { Id, Notify, Server } from '../../model/entities';
import type { App } from '../../state';
import { Loaded } from '../../ui/loaded.svelte';
import { attempt } from '../../ui/toasts.svelte';

/** What one wants to be told of a channel; `default` is what its server says. */
export type Level = Notify | 'default';

/** What one wants to be told of: of servers, and of channels where one has said so. */
export class Levels {
  readonly channels: Loaded<Record<Id, Level>>;
  #app: App;
  #servers = $state<Record<Id, Notify>>({});

  constructor(app: App) {
    this.#app = app;
    this.channels = new Loaded(() => app.rest.get<Record<Id, Level>>('/users/@me/notify'));
    void this.channels.load();
  }

  of(channelId: Id): Level {
    return this.channels.value?.[channelId] ?? 'default';
  }

  /** Shown at once, and taken back where it is refused. */
  async set(channelId: Id, level: Level): Promise<void> {
    const before = this.channels.value ?? {};
    this.channels.value = { ...before, [channelId]: level };
    const done = await attempt(() => this.#app.rest.put(`/channels/${channelId}/notify`, { notify: level }));
    if (!done) this.channels.value = before;
  }

  ofServer(server: Server): Notify {
    return this.#servers[server.id] ?? server.member.notify;
  }

  async setServer(server: Server, level: Notify): Promise<void> {
    const before = this.ofServer(server);
    this.#servers[server.id] = level;
    const done = await attempt(() => this.#app.rest.patch(`/servers/${server.id}/members/@me`, { notify: level }));
    if (!done) this.#servers[server.id] = before;
  }
}
