/** Whose device speaks under a topic. */
export interface TopicAddress {
  readonly subject: string;
  readonly device: string;
}

export interface TopicPattern {
  /** MQTT filter that covers the topics. */
  readonly filter: string;
  /** The address of a topic; null where it does not fit, or a part is empty. */
  address(topic: string): TopicAddress | null;
}

/**
 * A pattern such as `twins/{subject}/{device}/#` (`+` is any level, a final `#` any rest). In a topic, subject and device are
 * percent-encoded, since they may hold `/` (`Patient%2F4711`). Null where the pattern lacks {subject} or {device}, gives one twice, or
 * is no MQTT filter.
 */
export function topicPattern(pattern: string): TopicPattern | null {
  const levels = pattern.split('/');
  const subjectAt = levels.indexOf('{subject}');
  const deviceAt = levels.indexOf('{device}');
  const open = levels.at(-1) === '#';
  const named = levels.filter((level) => level.startsWith('{'));
  const fixed = open ? levels.slice(0, -1) : levels;
  const wrong = fixed.some(
    (level) => level === '' || (level !== '+' && !/^[^#+{}]+$|^\{(subject|device)\}$/.test(level)),
  );
  if (subjectAt < 0 || deviceAt < 0 || named.length !== 2 || wrong) return null;
  return {
    filter: levels.map((level) => (level.startsWith('{') ? '+' : level)).join('/'),
    address(topic) {
      const given = topic.split('/');
      if (open ? given.length < fixed.length : given.length !== fixed.length) return null;
      if (fixed.some((level, i) => level !== '+' && !level.startsWith('{') && level !== given[i])) return null;
      const subject = decoded(given[subjectAt]!);
      const device = decoded(given[deviceAt]!);
      return subject === '' || device === '' || subject === null || device === null ? null : { subject, device };
    },
  };
}

function decoded(level: string): string | null {
  try {
    return decodeURIComponent(level);
  } catch {
    return null;
  }
}
