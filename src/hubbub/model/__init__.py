"""Pure words: ids, entities, commands, events, topics, permissions, errors, limits. No I/O."""
