import type { Message } from '../../model/entities';
import type { Conversation } from './conversation.svelte';
import { plain } from './markdown/plain';
import { picturePath } from './timeline/images';
import { t } from './words';

/** What a message says, in one line: where it is quoted, read out or told of. */
export function gist(message: Message, names: Pick<Conversation, 'name' | 'nameById'>): string {
  if (message.recalled) return t('recalled_text');
  if (picturePath(message.content, message.channel_id, message.id)) return t('picture', { name: names.name(message.author, message.webhook) });
  return plain(message.content, (person) => names.nameById(person));
}
