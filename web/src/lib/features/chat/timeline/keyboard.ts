/** The keys of the history: arrows move, letters act. */
import type { Message } from '../../../model/entities';
import type { Conversation } from '../conversation.svelte';
import { can, copyLink, copyText } from './actions';

type Pressed = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

/** The row that a key leads to from row `at` of `count`; `count` itself is the composer. Null: the key moves nothing. */
export function moved(event: Pressed, at: number, count: number): number | null {
  if (event.ctrlKey || event.metaKey || event.altKey || count === 0) return null;
  if (event.key === 'ArrowUp') return Math.max(0, at - 1);
  if (event.key === 'ArrowDown') return at >= count ? null : at + 1;
  if (event.key === 'Home') return 0;
  if (event.key === 'End') return count - 1;
  return null;
}

/** Does what a letter means for a message; whether it means something. */
export function act(event: Pressed, message: Message, conversation: Conversation, row: HTMLElement): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || message.recalled) return false;
  const action = actions(message, conversation, row)[event.key];
  action?.();
  return action !== undefined;
}

function actions(message: Message, conversation: Conversation, row: HTMLElement): Record<string, (() => void) | undefined> {
  const { app, channel } = conversation;
  const allowed = can(message, conversation);
  const recall = allowed.recall ? () => (conversation.recalling = message) : undefined;
  const react = channel !== undefined && app.may(channel, 'ADD_REACTIONS') ? () => pick(message, conversation, row) : undefined;
  return {
    e: allowed.edit ? () => (conversation.editing = message.id) : undefined,
    r: allowed.reply ? () => ((conversation.replyTo = message), conversation.focusComposer()) : undefined,
    '+': react,
    Delete: recall,
    c: () => void copyText(message, conversation),
    C: () => void copyLink(message),
    Escape: () => conversation.focusComposer(),
  };
}

function pick(message: Message, conversation: Conversation, anchor: HTMLElement): void {
  conversation.picking = { anchor, pick: (emoji) => void conversation.app.react(message, emoji, true).catch(() => undefined) };
}
