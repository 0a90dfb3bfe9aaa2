import type { Message } from '../../../model/entities';
import { notify } from '../../../ui/toasts.svelte';
import { href } from '../../../ui/route.svelte';
import { t as common } from '../../../ui/words';
import type { Conversation } from '../conversation.svelte';

/** What the person may do with a message. */
export interface Can {
  reply: boolean;
  edit: boolean;
  recall: boolean;
  pin: boolean;
}

/** As the server would decide it; where the two differ, its refusal is shown. */
export function can(message: Message, { app, channel }: Conversation): Can {
  if (channel === undefined || message.recalled) return { reply: false, edit: false, recall: false, pin: false };
  const mine = message.author.id === app.me?.id && !message.webhook;
  const moderates = app.may(channel, 'MANAGE_MESSAGES');
  return {
    reply: app.may(channel, 'SEND_MESSAGES'),
    edit: mine,
    recall: mine || moderates,
    pin: moderates || channel.kind === 'direct',
  };
}

/** What the message says, with names in place of ids. */
export async function copyText(message: Message, conversation: Conversation): Promise<void> {
  await copy(message.content.replace(/<@(\d{1,16})>/g, (_, id: string) => `@${conversation.nameById(id)}`));
}

/** An address that opens the channel at the message. */
export async function copyLink(message: Message): Promise<void> {
  await copy(`${location.origin}${location.pathname}${href('c', message.channel_id, 'm', message.id)}`);
}

async function copy(text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
  notify(common('copied'));
}
