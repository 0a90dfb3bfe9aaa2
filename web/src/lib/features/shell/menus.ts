/** What the menus of the sidebar offer, by what one may do. */
import BellRing from '@lucide/svelte/icons/bell';
import CheckCheck from '@lucide/svelte/icons/check-check';
import Compass from '@lucide/svelte/icons/compass';
import LinkIcon from '@lucide/svelte/icons/link';
import LogOut from '@lucide/svelte/icons/log-out';
import MessageCircle from '@lucide/svelte/icons/message-circle';
import Plus from '@lucide/svelte/icons/plus';
import ServerIcon from '@lucide/svelte/icons/server';
import Settings from '@lucide/svelte/icons/settings';
import UserPlus from '@lucide/svelte/icons/user-plus';
import UserRound from '@lucide/svelte/icons/user-round';
import UsersRound from '@lucide/svelte/icons/users-round';
import type { Component } from 'svelte';

import type { Channel, Server } from '../../model/entities';
import type { App } from '../../state';
import { go, href } from '../../ui/route.svelte';
import { ask } from './dialogs.svelte';
import { t } from './words';

/** An item of `ui/Menu.svelte`. */
export interface Item {
  label: string;
  icon?: Component<{ size?: number | string }>;
  danger?: boolean;
  checked?: boolean;
  apart?: boolean;
  action: () => void;
}

/** Of one channel. */
export function channelItems(app: App, channel: Channel): Item[] {
  const id = channel.id;
  const items: Item[] = [];
  if (channel.unread > 0) items.push({ label: t('mark_read'), icon: CheckCheck, action: () => app.markRead(id, channel.last_seq) });
  items.push({ label: t('notify_level'), icon: BellRing, action: () => ask({ name: 'level', channelId: id }) });
  const { peer } = channel;
  if (peer !== null) items.push({ label: t('profile'), icon: UserRound, action: () => ask({ name: 'person', userId: peer.id }) });
  else items.push({ label: t('channel_settings'), icon: Settings, action: () => go(href('c', id, 'settings', 'overview')) });
  if (channel.kind === 'group') {
    items.push({ label: t('leave'), icon: LogOut, danger: true, apart: true, action: () => ask({ name: 'leave_channel', channelId: id }) });
  }
  return items;
}

/** Of one server. */
export function serverItems(app: App, server: Server): Item[] {
  const id = server.id;
  const unread = (): Channel[] => Object.values(app.state.channels).filter((channel) => channel.server_id === id && channel.unread > 0);
  const items: Item[] = [{ label: t('server_settings'), icon: Settings, action: () => go(href('s', id, 'settings', 'overview')) }];
  if (server.permissions.includes('MANAGE_CHANNEL')) {
    items.push({ label: t('new_channel'), icon: Plus, action: () => go(href('s', id, 'settings', 'channels', 'new')) });
  }
  if (server.permissions.includes('CREATE_INVITE')) {
    items.push({ label: t('invite_people'), icon: UserPlus, action: () => ask({ name: 'invite', serverId: id }) });
  }
  if (unread().length > 0) {
    items.push({ label: t('mark_read'), icon: CheckCheck, action: () => unread().forEach((channel) => app.markRead(channel.id, channel.last_seq)) });
  }
  if (server.owner_id !== app.me?.id) {
    items.push({ label: t('leave'), icon: LogOut, danger: true, apart: true, action: () => ask({ name: 'leave_server', serverId: id }) });
  }
  return items;
}

/** What can be begun, or come into. */
export function addItems(): Item[] {
  return [
    { label: t('new_direct'), icon: MessageCircle, action: () => ask({ name: 'new_direct' }) },
    { label: t('new_group'), icon: UsersRound, action: () => ask({ name: 'new_group' }) },
    { label: t('new_server'), icon: ServerIcon, action: () => ask({ name: 'new_server' }) },
    { label: t('join_link'), icon: LinkIcon, apart: true, action: () => ask({ name: 'join_link' }) },
    { label: t('find_groups'), icon: Compass, action: () => ask({ name: 'find_groups' }) },
  ];
}
